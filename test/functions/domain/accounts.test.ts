import fc from 'fast-check';
import { expect, it } from 'vitest';
import { firstWorkspaceName, normalizeEmail, passwordRefusal } from '../../../functions/domain/accounts.ts';

it('normalizing an address twice changes nothing more', () => {
  fc.assert(fc.property(fc.string(), (text) => normalizeEmail(normalizeEmail(text)) === normalizeEmail(text)));
});

it('an address in another case is the same', () => {
  expect(normalizeEmail(' Ada@Example.COM\n')).toBe('ada@example.com');
});

it('only the address itself is refused as password', () => {
  expect(passwordRefusal('ADA@example.com', 'ada@example.com')).toBe('must not be the e-mail address');
  expect(passwordRefusal('aaaaaaaaaa', 'ada@example.com')).toBeUndefined();
});

it('the workspace is named after its owner, in at most 80 characters', () => {
  expect(firstWorkspaceName({ email: 'ada@example.com', name: null })).toBe("ada's workspace");
  expect(firstWorkspaceName({ email: 'ada@example.com', name: 'Ada L.' })).toBe("Ada L.'s workspace");
  expect([...firstWorkspaceName({ email: 'ada@example.com', name: '🚀'.repeat(80) })]).toHaveLength(80);
});
