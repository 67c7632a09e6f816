import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rangesOutside } from '../../infra/constructs/outside-of-range.ts';

describe('everything but a range', () => {
  it('of a /16 is sixteen ranges', () => {
    expect(rangesOutside('10.64.0.0/16')).toHaveLength(16);
  });

  it('has every address that the range does not have, and no other', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(
        octet,
        octet,
        fc.integer({ min: 8, max: 28 }),
        fc.tuple(octet, octet, octet, octet),
        (a, b, length, address) => {
          const range = new BlockList();
          range.addSubnet(`${a}.${b}.0.0`, length);
          const rest = new BlockList();
          for (const cidr of rangesOutside(`${a}.${b}.0.0/${length}`)) {
            const [base = '', bits = ''] = cidr.split('/');
            rest.addSubnet(base, Number(bits));
          }
          // Addresses at random, and some that are near.
          for (const tried of [address, [a, b, address[2], address[3]], [a, address[1], 0, 0]]) {
            const text = tried.join('.');
            expect({ text, outside: rest.check(text) }).toEqual({ text, outside: !range.check(text) });
          }
        },
      ),
    );
  });
});
