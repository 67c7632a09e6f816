import { quotas } from '../../domain/quotas.ts';
import type { QuotaUse, QuotaUseReader } from '../../ports.ts';
import { repeatable } from './connection-failure.ts';
import type { Database } from './database.ts';

/** Counts what a workspace has, in three statements however much that is. */
export class PostgresQuotaUseReader implements QuotaUseReader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async read(workspaceId: string): Promise<QuotaUse[]> {
    const [instances, keys, tokens] = await Promise.all([
      repeatable(() =>
        this.#database
          .selectFrom('instances')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('workspaceId', '=', workspaceId)
          .where('desiredState', '!=', 'deleted')
          .executeTakeFirstOrThrow(),
      ),
      repeatable(() =>
        this.#database
          .selectFrom('smartleadKeys')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('workspaceId', '=', workspaceId)
          .executeTakeFirstOrThrow(),
      ),
      repeatable(() =>
        this.#database
          .selectFrom('instanceTokens')
          .innerJoin('instances', 'instances.id', 'instanceTokens.instanceId')
          .select(({ fn }) => ['instances.id as instanceId', 'instances.name as name', fn.countAll<number>().as('count')])
          .where('instanceTokens.workspaceId', '=', workspaceId)
          .where('instances.desiredState', '!=', 'deleted')
          .groupBy(['instances.id', 'instances.name'])
          .execute(),
      ),
    ]);
    return [
      {
        quota: 'instances',
        words: 'instances of the workspace',
        instanceId: null,
        used: instances.count,
        limit: quotas.instancesInWorkspace,
      },
      {
        quota: 'keys',
        words: 'keys of the workspace',
        instanceId: null,
        used: keys.count,
        limit: quotas.keysInWorkspace,
      },
      ...tokens.map(({ instanceId, name, count }) => ({
        quota: `tokens of ${instanceId}`,
        words: `tokens of the instance "${name}"`,
        instanceId,
        used: count,
        limit: quotas.tokensOfInstance,
      })),
    ];
  }
}
