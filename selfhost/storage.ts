import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadMasterKey, type MasterKey } from '../functions/adapters/master-key.ts';
import { type Database, openDatabase } from '../functions/adapters/postgres/database.ts';
import { checkMasterKey, needsMasterKey } from '../functions/adapters/postgres/master-key-check.ts';
import { migrate } from '../functions/adapters/postgres/migrate.ts';
import { createPostgresStores } from '../functions/adapters/postgres/stores.ts';
import { createSealer, type Sealer } from '../functions/adapters/sealed-secrets.ts';
import type { PlatformLog } from './platform-log.ts';
import { isClusterInitialised } from './postgres/cluster.ts';
import { lockDataFolder } from './postgres/data-folder-lock.ts';
import { startEmbeddedPostgres } from './postgres/embedded-postgres.ts';
import type { Settings } from './settings.ts';

export interface Storage {
  database: Database;
  stores: ReturnType<typeof createPostgresStores>;
  sealer: Sealer;
  /** Where the data is, for people: `embedded` or the host of DATABASE_URL. */
  description: string;
  close(): Promise<void>;
}

/**
 * Reads the master key before anything is touched. Answers `undefined` where there is none yet and only the database can tell
 * whether one may be made.
 */
export function readMasterKeyEarly(settings: Settings): MasterKey | undefined {
  const file = masterKeyFile(settings);
  const mayCreate = settings.databaseUrl === undefined && !isClusterInitialised(settings.dataDir);
  if (settings.masterKey === undefined && !existsSync(file) && !mayCreate) return undefined;
  return loadMasterKey({ value: settings.masterKey, file, mayCreate });
}

function masterKeyFile(settings: Settings): string {
  return join(settings.dataDir, 'master.key');
}

/** Opens the database, embedded or given, brings its schema up to date, and checks that the master key is its own. */
export async function openStorage(settings: Settings, earlyKey: MasterKey | undefined, log: PlatformLog): Promise<Storage> {
  const server = await openServer(settings, log);
  let database: Database | undefined;
  try {
    database = openDatabase({ connection: server.connection, poolSize: 16, log: (line) => log.warn(line) });
    await migrate(database);
    const masterKey =
      earlyKey ??
      loadMasterKey({ value: undefined, file: masterKeyFile(settings), mayCreate: !(await needsMasterKey(database)) });
    const sealer = createSealer(masterKey);
    await checkMasterKey(database, sealer);
    const opened = database;
    return {
      database,
      stores: createPostgresStores(database, sealer),
      sealer,
      description: server.description,
      close: async () => {
        await opened.destroy();
        await server.stop();
      },
    };
  } catch (error) {
    await database?.destroy();
    await server.stop();
    throw error;
  }
}

async function openServer(settings: Settings, log: PlatformLog) {
  if (settings.databaseUrl !== undefined) {
    const lock = lockDataFolder(settings.dataDir);
    return {
      connection: settings.databaseUrl,
      description: `PostgreSQL at ${new URL(settings.databaseUrl).host}`,
      stop: async () => lock.release(),
    };
  }
  const server = await startEmbeddedPostgres({
    dataDir: settings.dataDir,
    log: (line) => log.info(line),
    onRestart: (reason) => log.warn('The embedded PostgreSQL was restarted.', { reason }),
  });
  return { connection: server.connection, description: 'embedded PostgreSQL', stop: () => server.stop() };
}
