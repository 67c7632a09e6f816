import { hash, verify } from '@node-rs/argon2';
import type { PasswordHasher } from '../../ports.ts';

/** Argon2id with 19 MiB, two passes and one thread: the first choice of the OWASP Password Storage Cheat Sheet. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hashes run on libuv's threads, so they do not hold up other requests. */
export class Argon2PasswordHasher implements PasswordHasher {
  hash(password: string): Promise<string> {
    return hash(password.normalize('NFC'), parameters); // Argon2id is the library's default algorithm.
  }

  verify(password: string, passwordHash: string): Promise<boolean> {
    return verify(passwordHash, password.normalize('NFC'));
  }
}
