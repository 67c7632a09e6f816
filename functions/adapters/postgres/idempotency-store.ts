import { z } from 'zod';
import { SealBrokenError, type Sealer } from '../../../core/sealer.ts';
import type { IdempotencyStore, StoredResponse } from '../../ports.ts';
import { repeatable } from './connection-failure.ts';
import type { Database } from './database.ts';

const responseSchema = z.object({ status: z.number(), headers: z.record(z.string(), z.string()), body: z.string() });

/**
 * How long a claim without an answer holds, in milliseconds. Requests end long before; whoever is older died with its process, and
 * without this a retry would hear "still running" for a day.
 */
const claimHolds = 60_000;

export class PostgresIdempotencyStore implements IdempotencyStore {
  readonly #database: Database;
  readonly #sealer: Sealer;

  constructor(database: Database, sealer: Sealer) {
    this.#database = database;
    this.#sealer = sealer;
  }

  async claim(request: Parameters<IdempotencyStore['claim']>[0]): ReturnType<IdempotencyStore['claim']> {
    const { scope, key, fingerprint, now, expiresAt } = request;
    const abandonedBefore = new Date(Date.parse(now) - claimHolds).toISOString();
    const claimed = await this.#database
      .insertInto('idempotencyKeys')
      .values({ scope, key, fingerprint, claimedAt: now, expiresAt, sealedResponse: null })
      .onConflict((conflict) =>
        conflict
          .columns(['scope', 'key'])
          .doUpdateSet({ fingerprint, claimedAt: now, expiresAt, sealedResponse: null })
          .where((row) =>
            row.or([
              row('idempotencyKeys.expiresAt', '<=', now),
              row.and([
                row('idempotencyKeys.sealedResponse', 'is', null),
                row('idempotencyKeys.fingerprint', '=', fingerprint),
                row('idempotencyKeys.claimedAt', '<=', abandonedBefore),
              ]),
            ]),
          ),
      )
      .returning('key')
      .executeTakeFirst();
    if (claimed !== undefined) return { outcome: 'claimed' };

    const existing = await repeatable(() =>
      this.#database
        .selectFrom('idempotencyKeys')
        .select(['fingerprint', 'sealedResponse'])
        .where('scope', '=', scope)
        .where('key', '=', key)
        .executeTakeFirst(),
    );
    // Released between the two statements: the caller tries again and will then claim it.
    if (existing === undefined) return { outcome: 'in-progress' };
    if (existing.fingerprint !== fingerprint) return { outcome: 'mismatch' };
    if (existing.sealedResponse === null) return { outcome: 'in-progress' };
    try {
      const response = this.#sealer.open(sealContext(scope, key), existing.sealedResponse);
      return { outcome: 'replay', response: responseSchema.parse(JSON.parse(response)) };
    } catch (error) {
      if (error instanceof SealBrokenError) return { outcome: 'unreadable' };
      throw error;
    }
  }

  async complete(scope: string, key: string, response: StoredResponse): Promise<void> {
    const sealedResponse = this.#sealer.seal(sealContext(scope, key), JSON.stringify(response));
    await repeatable(() =>
      this.#database
        .updateTable('idempotencyKeys')
        .set({ sealedResponse })
        .where('scope', '=', scope)
        .where('key', '=', key)
        .execute(),
    );
  }

  async release(scope: string, key: string): Promise<void> {
    await repeatable(() =>
      this.#database
        .deleteFrom('idempotencyKeys')
        .where('scope', '=', scope)
        .where('key', '=', key)
        .where('sealedResponse', 'is', null)
        .execute(),
    );
  }
}

/** JSON keeps the two apart, as both may hold any character. */
function sealContext(scope: string, key: string): string {
  return `idempotency ${JSON.stringify([scope, key])}`;
}
