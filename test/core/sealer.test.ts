import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSealer, SealBrokenError } from '../../core/sealer.ts';

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
});
