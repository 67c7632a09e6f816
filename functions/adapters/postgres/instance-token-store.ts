import { ProblemError } from '../../../core/problem.ts';
import { instanceTokens, refuseBeyond } from '../../domain/quotas.ts';
import type { InstanceToken, InstanceTokenStore, Page, PageRequest } from '../../ports.ts';
import { repeatable } from './connection-failure.ts';
import type { Database } from './database.ts';
import { lockInstance } from './lock-owner.ts';
import { afterCursor, toPage } from './page.ts';

export class PostgresInstanceTokenStore implements InstanceTokenStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  create(token: InstanceToken, limit?: number): Promise<void> {
    return this.#database.transaction().execute(async (transaction) => {
      // Locked even without a limit: it tells whether the instance is still there, and keeps it until the token is stored.
      if (!(await lockInstance(transaction, token.instanceId))) throw noSuchInstance();
      if (limit !== undefined) {
        const { count } = await transaction
          .selectFrom('instanceTokens')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('instanceId', '=', token.instanceId)
          .executeTakeFirstOrThrow();
        refuseBeyond(limit, count, instanceTokens);
      }
      await transaction.insertInto('instanceTokens').values(token).execute();
    });
  }

  findByHash(hash: string): Promise<InstanceToken | undefined> {
    return repeatable(() => this.#database.selectFrom('instanceTokens').selectAll().where('hash', '=', hash).executeTakeFirst());
  }

  async list(instanceId: string, page: PageRequest): Promise<Page<InstanceToken>> {
    const rows = await repeatable(() =>
      this.#database
        .selectFrom('instanceTokens')
        .selectAll()
        .where('instanceId', '=', instanceId)
        .where(afterCursor('createdAt', page.cursor))
        .orderBy('createdAt', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute(),
    );
    return toPage(rows, page, (token) => token.createdAt);
  }

  delete(instanceId: string, tokenId: string): Promise<InstanceToken | undefined> {
    return this.#database
      .deleteFrom('instanceTokens')
      .where('instanceId', '=', instanceId)
      .where('id', '=', tokenId)
      .returningAll()
      .executeTakeFirst();
  }

  async touch(tokenId: string, usedAt: string): Promise<void> {
    // Two uses can be told in the wrong order; the time of last use never goes back.
    await repeatable(() =>
      this.#database
        .updateTable('instanceTokens')
        .set({ lastUsedAt: usedAt })
        .where('id', '=', tokenId)
        .where((condition) => condition.or([condition('lastUsedAt', 'is', null), condition('lastUsedAt', '<', usedAt)]))
        .execute(),
    );
  }
}

function noSuchInstance(): ProblemError {
  return new ProblemError('not-found', { detail: 'This instance does not exist any more.' });
}
