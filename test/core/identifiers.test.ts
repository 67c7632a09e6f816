import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIdentifier, identifierSchema } from '../../core/identifiers.ts';

describe('identifiers', () => {
  it('sort by the time they were made, as text', () => {
    const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });
    fc.assert(
      fc.property(time, time, (first, second) => {
        fc.pre(first < second);
        return createIdentifier('instance', first) < createIdentifier('instance', second);
      }),
    );
  });

  it('fit the schema of their kind and of no other', () => {
    const id = createIdentifier('key');
    expect(identifierSchema('key').safeParse(id).success).toBe(true);
    expect(identifierSchema('instance').safeParse(id).success).toBe(false);
    expect(identifierSchema('key').safeParse(`${id}0`).success).toBe(false);
  });

  it('differ when made in the same millisecond', () => {
    const ids = Array.from({ length: 1_000 }, () => createIdentifier('event', 0));
    expect(new Set(ids).size).toBe(1_000);
  });
});
