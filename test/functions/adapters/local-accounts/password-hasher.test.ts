import { describe, expect, it } from 'vitest';
import { Argon2PasswordHasher } from '../../../../functions/adapters/local-accounts/password-hasher.ts';

describe('password hasher', () => {
  const hasher = new Argon2PasswordHasher();

  it('hashes with argon2id at the strength OWASP asks for, salted', async () => {
    const [one, other] = await Promise.all([hasher.hash('correct horse'), hasher.hash('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(other);
  });

  it('knows the right password from a wrong one', async () => {
    const hash = await hasher.hash('correct horse');
    expect(await hasher.verify('correct horse', hash)).toBe(true);
    expect(await hasher.verify('correct horse ', hash)).toBe(false);
    expect(await hasher.verify('', hash)).toBe(false);
  });

  it('takes a password typed on another system for the same', async () => {
    expect(await hasher.verify('cafe\u0301 au lait', await hasher.hash('caf\u00e9 au lait'))).toBe(true);
  });
});
