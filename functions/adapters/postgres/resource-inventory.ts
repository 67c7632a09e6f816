import { apiKeySecretName } from '../../domain/api-key.ts';
import type { ResourceInventory, StoredResources, StoredSecret } from '../../ports.ts';
import { repeatable } from './connection-failure.ts';
import type { Database } from './database.ts';
import { deleteOrphanedSecrets } from './orphaned-secrets.ts';

/** Lists what the database holds besides instances, by three queries however many instances there are. */
export class PostgresResourceInventory implements ResourceInventory {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async read(): Promise<StoredResources> {
    // Secrets first: one is sealed before its key is stored, and the age of those without a key tells the rest.
    const secrets = await repeatable(() =>
      this.#database
        .selectFrom('sealedSecrets')
        .select(['name', 'version', 'createdAt'])
        .where('name', 'like', apiKeySecretName('%'))
        .execute(),
    );
    const keys = await repeatable(() =>
      this.#database
        .selectFrom('smartleadKeys')
        .leftJoin('workspaces', 'workspaces.id', 'smartleadKeys.workspaceId')
        .select(['smartleadKeys.id', 'smartleadKeys.workspaceId', 'secretName', 'secretVersion'])
        .select('workspaces.id as presentWorkspace')
        .execute(),
    );
    const tokens = await repeatable(() =>
      this.#database
        .selectFrom('instanceTokens')
        .select(({ fn }) => ['instanceId', fn.countAll<number>().as('count')])
        .groupBy('instanceId')
        .execute(),
    );
    return {
      secrets,
      keys: keys.map(({ id, workspaceId, secretName, secretVersion, presentWorkspace }) => ({
        id,
        workspaceId,
        hasWorkspace: presentWorkspace !== null,
        secret: { name: secretName, version: secretVersion },
      })),
      tokens,
    };
  }

  /** Tokens of instances that do not exist cannot be: a foreign key takes them away with the instance. */
  deleteOrphans(secrets: readonly StoredSecret[]): Promise<number> {
    return deleteOrphanedSecrets(this.#database, secrets);
  }
}
