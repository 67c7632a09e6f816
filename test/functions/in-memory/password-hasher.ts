import { createHash } from 'node:crypto';
import type { PasswordHasher } from '../../../functions/ports.ts';

/** A fast hash, for tests only. Counts its work, so that a test can see that it is done for unknown accounts too. */
export class InMemoryPasswordHasher implements PasswordHasher {
  verifications = 0;

  async hash(password: string): Promise<string> {
    return createHash('sha256').update(`test ${password}`).digest('hex');
  }

  async verify(password: string, hash: string): Promise<boolean> {
    this.verifications += 1;
    return (await this.hash(password)) === hash;
  }
}
