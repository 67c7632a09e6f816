import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBearerToken, hashBearerToken, isWellFormedBearerToken } from '../../core/bearer-token.ts';

describe('bearer tokens', () => {
  it('are well-formed for their own kind only', () => {
    const token = createBearerToken('instance');
    expect(token).toMatch(/^slmcp_[0-9A-Za-z]{49}$/);
    expect(isWellFormedBearerToken('instance', token)).toBe(true);
    expect(isWellFormedBearerToken('platform', token)).toBe(false);
  });

  it('lose their form by any change of one character, by a cut and by an addition', () => {
    const token = createBearerToken('instance');
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'09azAZ_-é '), (position, character) => {
        fc.pre(token[position] !== character);
        const changed = token.slice(0, position) + character + token.slice(position + 1);
        return !isWellFormedBearerToken('instance', changed);
      }),
    );
    expect(isWellFormedBearerToken('instance', token.slice(0, -1))).toBe(false);
    expect(isWellFormedBearerToken('instance', `${token}0`)).toBe(false);
  });

  it('are never the same twice, and neither are their hashes', () => {
    const tokens = Array.from({ length: 1_000 }, () => createBearerToken('platform'));
    expect(new Set(tokens).size).toBe(1_000);
    expect(new Set(tokens.map(hashBearerToken)).size).toBe(1_000);
  });
});
