import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { instanceOf, ProcessRecords } from '../../functions/adapters/child-process/process-records.ts';
import { type Database, openDatabase } from '../../functions/adapters/postgres/database.ts';
import { PostgresInstanceStore } from '../../functions/adapters/postgres/instance-store.ts';
import { PostgresResourceInventory } from '../../functions/adapters/postgres/resource-inventory.ts';
import { findStoredViolations } from '../../functions/domain/invariant.ts';
import { everyInstance } from '../../functions/instance-manager/every-instance.ts';
import type { HealthReport, Instance, StoredResources, Violation } from '../../functions/ports.ts';
import { isClusterInitialised } from '../postgres/cluster.ts';
import { lockDataFolder } from '../postgres/data-folder-lock.ts';
import { startEmbeddedPostgres } from '../postgres/embedded-postgres.ts';
import type { Settings } from '../settings.ts';

/** There is nothing that could be checked; the message says why, in one line. */
export class NothingToAuditError extends Error {
  override readonly name = 'NothingToAuditError';
}

/**
 * Checks an installation whose service does not run: nothing of it may run then, and what is stored must belong together. Only reads;
 * the data folder is locked meanwhile, so that no service starts over it. Rejects with DataFolderInUseError where one runs after all,
 * with NothingToAuditError, or with what kept the database from being read.
 */
export async function auditAtRest(settings: Pick<Settings, 'dataDir' | 'databaseUrl'>): Promise<HealthReport> {
  const { dataDir, databaseUrl } = settings;
  if (databaseUrl === undefined && !isClusterInitialised(dataDir)) {
    throw new NothingToAuditError(`there is no installation in ${dataDir}; set DATA_DIR to its folder`);
  }
  const lock = existsSync(dataDir) ? lockDataFolder(dataDir) : undefined;
  try {
    const leftovers = await new ProcessRecords(join(dataDir, 'instances')).listLiving();
    const server =
      databaseUrl === undefined
        ? await startEmbeddedPostgres({ dataDir, log: () => {}, ...(lock === undefined ? {} : { lock }) })
        : undefined;
    try {
      const { instances, stored } = await readStored(server?.connection ?? databaseUrl ?? '');
      const now = Date.now();
      const violations: Violation[] = [
        ...leftovers.map((leftover) => ({
          kind: 'process_left_over' as const,
          subject: String(leftover.processId),
          instanceId: instanceOf(leftover),
          detail: 'The process lives, but no service runs that it could belong to. The next start of the service ends it.',
        })),
        ...findStoredViolations({ now, instances, stored }),
      ];
      return {
        checkedAt: new Date(now).toISOString(),
        holds: violations.length === 0,
        counts: {
          instances: instances.length,
          processes: leftovers.length,
          routes: 0,
          secrets: stored.secrets.length,
          tokens: stored.tokens.reduce((sum, { count }) => sum + count, 0),
        },
        violations,
        components: ['instances', 'keys and secrets', 'process records'].map((name) => ({ name, status: 'ok', detail: null })),
      };
    } finally {
      await server?.stop();
    }
  } finally {
    lock?.release();
  }
}

/** In one transaction that may only read, so that all is of the same moment and nothing can be changed. */
async function readStored(
  connection: Parameters<typeof openDatabase>[0]['connection'],
): Promise<{ instances: Instance[]; stored: StoredResources }> {
  const database = openDatabase({ connection, poolSize: 1 });
  try {
    return await database
      .transaction()
      .setAccessMode('read only')
      .setIsolationLevel('repeatable read')
      .execute(async (transaction: Database) => {
        const instances: Instance[] = [];
        const stored = await new PostgresResourceInventory(transaction).read();
        for await (const instance of everyInstance(new PostgresInstanceStore(transaction))) instances.push(instance);
        return { instances, stored };
      });
  } finally {
    await database.destroy();
  }
}
