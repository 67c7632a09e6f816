import { sql } from 'kysely';
import { ProblemError } from '../../../core/problem.ts';
import { refuseBeyond, workspaceInstances } from '../../domain/quotas.ts';
import type { Instance, InstanceChange, InstanceStore, Page, PageRequest } from '../../ports.ts';
import { repeatable } from './connection-failure.ts';
import { violates } from './constraint-violation.ts';
import type { Database } from './database.ts';
import { lockWorkspace } from './lock-owner.ts';
import { afterCursor, toPage } from './page.ts';

export class PostgresInstanceStore implements InstanceStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Rejects with ProblemError `conflict` where the key was deleted after the caller looked. */
  create(instance: Instance, limit?: number): Promise<void> {
    return refuseMissingKey(() =>
      this.#database.transaction().execute(async (transaction) => {
        if (limit !== undefined) {
          await lockWorkspace(transaction, instance.workspaceId);
          const { count } = await transaction
            .selectFrom('instances')
            .select(({ fn }) => fn.countAll<number>().as('count'))
            .where('workspaceId', '=', instance.workspaceId)
            .where('desiredState', '!=', 'deleted')
            .executeTakeFirstOrThrow();
          refuseBeyond(limit, count, workspaceInstances);
        }
        await transaction
          .insertInto('instances')
          .values({ ...instance, ...jsonColumns(instance) })
          .execute();
      }),
    );
  }

  find(workspaceId: string, instanceId: string): Promise<Instance | undefined> {
    return repeatable(() =>
      this.#database
        .selectFrom('instances')
        .selectAll()
        .where('workspaceId', '=', workspaceId)
        .where('id', '=', instanceId)
        .executeTakeFirst(),
    );
  }

  findById(instanceId: string): Promise<Instance | undefined> {
    return repeatable(() => this.#database.selectFrom('instances').selectAll().where('id', '=', instanceId).executeTakeFirst());
  }

  async list(workspaceId: string, page: PageRequest): Promise<Page<Instance>> {
    const rows = await repeatable(() =>
      this.#newestFirst(page).where('workspaceId', '=', workspaceId).where('desiredState', '!=', 'deleted').execute(),
    );
    return toPage(rows, page, (instance) => instance.createdAt);
  }

  listByKey(workspaceId: string, keyId: string): Promise<Instance[]> {
    return repeatable(() =>
      this.#database
        .selectFrom('instances')
        .selectAll()
        .where('workspaceId', '=', workspaceId)
        .where('keyId', '=', keyId)
        .orderBy('createdAt', 'desc')
        .orderBy('id', 'desc')
        .execute(),
    );
  }

  async listAll(page: PageRequest): Promise<Page<Instance>> {
    const rows = await repeatable(() => this.#newestFirst(page).execute());
    return toPage(rows, page, (instance) => instance.createdAt);
  }

  update(instanceId: string, change: InstanceChange, expectedVersion?: number): Promise<Instance | undefined> {
    return refuseMissingKey(() =>
      this.#database
        .updateTable('instances')
        .set({ ...change, ...jsonColumns(change) })
        .set((column) => ({ version: column('version', '+', 1), updatedAt: sql<string>`now()` }))
        .where('id', '=', instanceId)
        .$if(expectedVersion !== undefined, (query) => query.where('version', '=', expectedVersion as number))
        .returningAll()
        .executeTakeFirst(),
    );
  }

  /** Its tokens and events go with it, by foreign key; its log entries, which have none, here. */
  async delete(instanceId: string): Promise<void> {
    await repeatable(() =>
      this.#database.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('instances').where('id', '=', instanceId).execute();
        await transaction.deleteFrom('instanceLogEntries').where('instanceId', '=', instanceId).execute();
      }),
    );
  }

  #newestFirst({ limit, cursor }: PageRequest) {
    return this.#database
      .selectFrom('instances')
      .selectAll()
      .where(afterCursor('createdAt', cursor))
      .orderBy('createdAt', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1);
  }
}

/** The runtime as `jsonb` takes it: absent where the change does not speak of it. */
function jsonColumns<Change extends InstanceChange>({ runtime }: Change) {
  return { runtime: runtime && JSON.stringify(runtime) } as { runtime: string | null };
}

async function refuseMissingKey<Result>(write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (!violates(error, 'foreign-key', 'instances_workspace_id_key_id_fkey')) throw error;
    throw new ProblemError('conflict', { detail: 'The Smartlead key no longer exists. Choose another key.', cause: error });
  }
}
