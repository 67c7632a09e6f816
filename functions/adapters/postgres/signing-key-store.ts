import { sql } from 'kysely';
import type { Sealer } from '../../../core/sealer.ts';
import type { SigningKey, SigningKeyStore } from '../local-accounts/signing-key.ts';
import { repeatable } from './connection-failure.ts';
import type { Database } from './database.ts';

/** Number of the advisory lock under which the first key pair is made, so that two processes at once agree on one. */
const firstKeyLock = 7_301_002;

/** Keeps key pairs for access tokens, the private half sealed. */
export class PostgresSigningKeyStore implements SigningKeyStore {
  readonly #database: Database;
  readonly #sealer: Sealer;

  constructor(database: Database, sealer: Sealer) {
    this.#database = database;
    this.#sealer = sealer;
  }

  async loadOrCreate(create: () => Promise<SigningKey>): Promise<SigningKey> {
    const existing = await repeatable(() => this.#newest(this.#database));
    if (existing !== undefined) return existing;
    return this.#database.transaction().execute(async (transaction) => {
      await sql`select pg_advisory_xact_lock(${firstKeyLock})`.execute(transaction);
      const rivals = await this.#newest(transaction);
      if (rivals !== undefined) return rivals;
      const key = await create();
      await transaction
        .insertInto('signingKeys')
        .values({
          id: key.id,
          algorithm: key.algorithm,
          publicKey: JSON.stringify(key.publicKey),
          sealedPrivateKey: this.#sealer.seal(sealContext(key.id), JSON.stringify(key.privateKey)),
        })
        .execute();
      return key;
    });
  }

  async #newest(database: Database): Promise<SigningKey | undefined> {
    const row = await database
      .selectFrom('signingKeys')
      .select(['id', 'algorithm', 'publicKey', 'sealedPrivateKey'])
      .orderBy('createdAt', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const privateKey = JSON.parse(this.#sealer.open(sealContext(row.id), row.sealedPrivateKey)) as JsonWebKey;
    return { id: row.id, algorithm: row.algorithm, publicKey: row.publicKey, privateKey };
  }
}

function sealContext(id: string): string {
  return `signing key ${id}`;
}
