import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSealer, SealBrokenError, type SealingKey } from '../../core/sealer.ts';

const newSealer = () => createSealer({ bytes: randomBytes(32), id: randomBytes(8) });

describe('sealer', () => {
  const sealer = newSealer();

  it('opens what it sealed, in the same context only', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.string(), (text, context, otherContext) => {
        const sealed = sealer.seal(context, text);
        expect(sealer.open(context, sealed)).toBe(text);
        if (otherContext !== context) expect(() => sealer.open(otherContext, sealed)).toThrow(SealBrokenError);
      }),
    ));

  it('refuses a value with any byte changed or missing', () => {
    const sealed = sealer.seal('context', 'a Smartlead key');
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] as number) ^ 1;
      expect(() => sealer.open('context', changed)).toThrow(SealBrokenError);
      expect(() => sealer.open('context', sealed.subarray(0, index))).toThrow(SealBrokenError);
    }
  });

  it('seals the same text differently each time', () => {
    const seals = Array.from({ length: 100 }, () => sealer.seal('context', 'same').toString('hex'));
    expect(new Set(seals).size).toBe(100);
  });

  it('does not open what another key sealed, and says nothing of its content', () => {
    const sealed = newSealer().seal('context', 'a Smartlead key');
    expect(() => sealer.open('context', sealed)).toThrow(/another key/);
  });

  it('opens through any rotations what was sealed with the last two keys, each in its own context alone', () =>
    fc.assert(
      fc.property(
        fc.array(fc.record({ context: fc.string(), other: fc.string(), text: fc.string() }), { minLength: 2, maxLength: 8 }),
        (values) => {
          const keys = values.map(() => ({ bytes: randomBytes(32), id: randomBytes(8) }));
          const sealed = values.map(({ context, text }, index) => createSealer(keys[index] as SealingKey).seal(context, text));
          for (const [now, current] of keys.entries()) {
            const rotated = createSealer(current, keys.slice(Math.max(0, now - 1), now));
            for (const [then, { context, other, text }] of values.entries()) {
              const bytes = sealed[then] as Buffer;
              expect(rotated.isCurrent(bytes)).toBe(then === now);
              if (then !== now && then !== now - 1) {
                expect(() => rotated.open(context, bytes)).toThrow(SealBrokenError);
                continue;
              }
              expect(rotated.open(context, bytes)).toBe(text);
              if (other !== context) expect(() => rotated.open(other, bytes)).toThrow(SealBrokenError);
            }
          }
        },
      ),
    ));

  it('does not open what names another of its keys than the one that sealed it', () => {
    const [one, other] = [0, 1].map(() => ({ bytes: randomBytes(32), id: randomBytes(8) })) as [SealingKey, SealingKey];
    const renamed = createSealer(one).seal('context', 'text');
    renamed.set(other.id, 1);
    expect(() => createSealer(one, [other]).open('context', renamed)).toThrow(SealBrokenError);
  });
});
