import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { deriveKey } from '../core/derived-key.ts';
import { createSealer, type Sealer } from '../core/sealer.ts';
import { loadMasterKey, type MasterKey } from '../functions/adapters/master-key.ts';
import { isConnectionFailure, notAvailable } from '../functions/adapters/postgres/connection-failure.ts';
import { type ConnectionPool, type Database, openDatabase } from '../functions/adapters/postgres/database.ts';
import { checkMasterKey, needsMasterKey } from '../functions/adapters/postgres/master-key-check.ts';
import { migrate } from '../functions/adapters/postgres/migrate.ts';
import { createPostgresStores } from '../functions/adapters/postgres/stores.ts';
import type { PlatformLog } from './platform-log.ts';
import { isClusterInitialised } from './postgres/cluster.ts';
import { makeDataFolder } from './postgres/data-folder.ts';
import type { DataFolderLock } from './postgres/data-folder-lock.ts';
import { startEmbeddedPostgres } from './postgres/embedded-postgres.ts';
import { lockInstallation } from './postgres/installation-lock.ts';
import type { Settings } from './settings.ts';

export interface Storage {
  database: Database;
  stores: ReturnType<typeof createPostgresStores>;
  sealer: Sealer;
  /** Signs the session ids of MCP clients. The same at every start, so that sessions outlive the platform's process. */
  sessionKey: Buffer;
  /** Connections to the database at this moment. */
  connections(): { total: number; idle: number; waiting: number };
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
  const isMissing = settings.masterKey === undefined && !existsSync(file);
  if (isMissing && !mayCreate) return undefined;
  if (isMissing) makeDataFolder(settings.dataDir);
  return loadMasterKey({ value: settings.masterKey, file, mayCreate });
}

function masterKeyFile(settings: Settings): string {
  return join(settings.dataDir, 'master.key');
}

export interface StorageOptions {
  /** Of the data folder; the caller releases it after the storage is closed. */
  lock: DataFolderLock;
  log: PlatformLog;
  /** Gives the opening up. */
  signal: AbortSignal;
  /** Told where the service may not go on, as the database has become another's. */
  fail(error: Error): void;
}

/**
 * Opens the database, embedded or given, brings its schema up to date, and checks that the master key is its own. Where that fails
 * or is given up, all of it is closed again.
 */
export async function openStorage(
  settings: Settings,
  earlyKey: MasterKey | undefined,
  options: StorageOptions,
): Promise<Storage> {
  const { log, signal } = options;
  const server = await openServer(settings, options);
  let database: Database | undefined;
  let pool: ConnectionPool | undefined;
  try {
    database = openDatabase({
      connection: server.connection,
      poolSize: 16,
      log: (line) => log.warn(line),
      onPool: (opened) => {
        pool = opened;
      },
    });
    await migrate(database);
    signal.throwIfAborted();
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
      sessionKey: deriveKey(masterKey, 'session-ids'),
      connections: () => ({ total: pool?.totalCount ?? 0, idle: pool?.idleCount ?? 0, waiting: pool?.waitingCount ?? 0 }),
      description: server.description,
      close: async () => {
        try {
          await opened.destroy();
        } finally {
          await server.stop();
        }
      },
    };
  } catch (error) {
    await database?.destroy().catch(() => {}); // What went wrong first is what the operator needs to know.
    await server.stop().catch(() => {});
    throw error;
  }
}

async function openServer(settings: Settings, { lock, log, signal, fail }: StorageOptions) {
  if (settings.databaseUrl !== undefined) {
    const installation = await lockInstallation({
      databaseUrl: settings.databaseUrl,
      log: (line) => log.warn(line),
      onTaken: fail,
      signal,
    }).catch((error: unknown) => {
      throw isConnectionFailure(error) ? notAvailable(error) : error;
    });
    return {
      connection: settings.databaseUrl,
      description: `PostgreSQL at ${new URL(settings.databaseUrl).host}`,
      stop: () => installation.release(),
    };
  }
  // The data folder's lock keeps others away: nobody else knows where the embedded server listens, nor its password.
  const server = await startEmbeddedPostgres({
    dataDir: settings.dataDir,
    lock,
    signal,
    log: (line) => log.info(line),
    onRestart: (reason) => log.warn('The embedded PostgreSQL was restarted.', { reason }),
  });
  return { connection: server.connection, description: 'embedded PostgreSQL', stop: () => server.stop() };
}
