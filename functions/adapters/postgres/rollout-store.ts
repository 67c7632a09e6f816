import { ProblemError } from '../../../core/problem.ts';
import type { Page, PageRequest, Rollout, RolloutStore } from '../../ports.ts';
import { repeatable } from './connection-failure.ts';
import { violates } from './constraint-violation.ts';
import type { Database } from './database.ts';
import { afterCursor, toPage } from './page.ts';

export class PostgresRolloutStore implements RolloutStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Rejects with ProblemError `conflict` where one is under way. */
  async create(rollout: Rollout): Promise<void> {
    try {
      await this.#database
        .insertInto('rollouts')
        .values({ ...rollout, upgraded: JSON.stringify(rollout.upgraded) })
        .execute();
    } catch (error) {
      if (!violates(error, 'unique', 'rollouts_active')) throw error;
      throw new ProblemError('conflict', {
        detail: 'A rollout is under way. Wait until it has ended, or cancel it.',
        cause: error,
      });
    }
  }

  find(rolloutId: string): Promise<Rollout | undefined> {
    return repeatable(() => this.#database.selectFrom('rollouts').selectAll().where('id', '=', rolloutId).executeTakeFirst());
  }

  async list(page: PageRequest): Promise<Page<Rollout>> {
    const rows = await repeatable(() =>
      this.#database
        .selectFrom('rollouts')
        .selectAll()
        .where(afterCursor('startedAt', page.cursor))
        .orderBy('startedAt', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute(),
    );
    return toPage(rows, page, (rollout) => rollout.startedAt);
  }

  findActive(): Promise<Rollout | undefined> {
    return repeatable(() => this.#database.selectFrom('rollouts').selectAll().where('endedAt', 'is', null).executeTakeFirst());
  }

  async update(rolloutId: string, { upgraded, ...change }: Parameters<RolloutStore['update']>[1]): Promise<boolean> {
    const { numUpdatedRows } = await repeatable(() =>
      this.#database
        .updateTable('rollouts')
        .set({ ...change, ...(upgraded === undefined ? {} : { upgraded: JSON.stringify(upgraded) }) })
        .where('id', '=', rolloutId)
        .where('endedAt', 'is', null)
        .executeTakeFirst(),
    );
    return numUpdatedRows > 0n;
  }
}
