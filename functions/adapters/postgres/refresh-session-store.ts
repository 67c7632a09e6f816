import type { RefreshSession, RefreshSessionStore } from '../../ports.ts';
import type { Database } from './database.ts';

/** Sessions that are revoked are deleted, and their spent tokens with them. */
export class PostgresRefreshSessionStore implements RefreshSessionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async create(session: RefreshSession): Promise<void> {
    const { id, userId, tokenHash, createdAt, expiresAt } = session;
    await this.#database.insertInto('refreshSessions').values({ id, userId, tokenHash, createdAt, expiresAt }).execute();
  }

  rotate(request: {
    presentedHash: string;
    nextHash: string;
    expiresAt: string;
    now: string;
  }): Promise<{ outcome: 'rotated'; session: RefreshSession } | { outcome: 'reused'; userId: string } | { outcome: 'unknown' }> {
    const { presentedHash, nextHash, expiresAt, now } = request;
    return this.#database.transaction().execute(async (transaction) => {
      // Of two rivals, the second waits here for the first and then no longer finds the hash.
      const session = await transaction
        .updateTable('refreshSessions')
        .set({ tokenHash: nextHash, expiresAt })
        .where('tokenHash', '=', presentedHash)
        .where('expiresAt', '>', now)
        .returningAll()
        .executeTakeFirst();
      if (session !== undefined) {
        await transaction.insertInto('spentRefreshTokens').values({ tokenHash: presentedHash, sessionId: session.id }).execute();
        return { outcome: 'rotated', session };
      }
      const revoked = await transaction
        .deleteFrom('refreshSessions')
        .where('id', 'in', (query) =>
          query.selectFrom('spentRefreshTokens').select('sessionId').where('tokenHash', '=', presentedHash),
        )
        .where('expiresAt', '>', now)
        .returning('userId')
        .executeTakeFirst();
      return revoked === undefined ? { outcome: 'unknown' } : { outcome: 'reused', userId: revoked.userId };
    });
  }

  async revoke(presentedHash: string): Promise<void> {
    await this.#database
      .deleteFrom('refreshSessions')
      .where((condition) =>
        condition.or([
          condition('tokenHash', '=', presentedHash),
          condition('id', 'in', (query) =>
            query.selectFrom('spentRefreshTokens').select('sessionId').where('tokenHash', '=', presentedHash),
          ),
        ]),
      )
      .execute();
  }
}
