import { join } from 'node:path';
import { findPostgresBinaries } from './binaries.ts';
import { clusterLayout, prepareCluster, serviceRole } from './cluster.ts';
import { type DataFolderLock, lockDataFolder } from './data-folder-lock.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { chooseServerAccount } from './server-account.ts';
import { chooseServerAddress } from './server-address.ts';
import { SupervisedServer } from './supervised-server.ts';

/** How to connect; `host` is the folder of the Unix socket or a loopback address, as `pg` takes it. */
export interface PostgresConnection {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

export interface EmbeddedPostgresOptions {
  /** The service's data folder, absolute. Created (mode 0700) where missing; the database lies in `postgres/` below it. */
  dataDir: string;
  /** Told one line per thing an operator may want to know. Never a secret. */
  log: (line: string) => void;
  /** Told after the server ended unasked and serves again; connections made before are broken. */
  onRestart?: (reason: string) => void;
  /** The data folder's lock where the caller holds it, and will release it; else it is taken here and released by `stop`. */
  lock?: DataFolderLock;
  /** Gives the start up: whatever was begun is ended, and the start rejects with the signal's reason. */
  signal?: AbortSignal;
  /** How long the server may take until it takes connections; the default is a minute. */
  readyWithinMilliseconds?: number;
  /** PostgreSQL settings that replace ours, such as `{fsync: 'off'}` for a database that is thrown away. */
  serverSettings?: Record<string, string>;
}

export interface EmbeddedPostgres {
  connection: PostgresConnection;
  /** Process id of the server, `undefined` while it is down. */
  pid(): number | undefined;
  /** Shuts the server down fast (open transactions are rolled back), waits for its end and frees the data folder. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL server of this installation and answers when it takes connections, in well under a second once it is
 * initialised. The server ends with our process, however that ends, and comes back by itself where it dies.
 * Rejects with DataFolderInUseError where another live process serves the folder, else with EmbeddedPostgresError.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { signal } = options;
  const ownLock = options.lock === undefined ? lockDataFolder(options.dataDir) : undefined;
  try {
    const binaries = await findPostgresBinaries();
    const account = await chooseServerAccount(binaries.postgres);
    const layout = clusterLayout(options.dataDir);
    const password = await prepareCluster(layout, binaries, account, signal);
    const address = await chooseServerAddress(layout);
    const server = new SupervisedServer({
      binaries,
      account,
      layout,
      address,
      logPath: join(options.dataDir, 'logs', 'postgres.log'),
      serverSettings: options.serverSettings ?? {},
      readyWithinMilliseconds: options.readyWithinMilliseconds ?? 60_000,
      log: options.log,
      onRestart: options.onRestart ?? (() => {}),
    });
    await server.start(signal);
    let stopped: Promise<void> | undefined;
    return {
      connection: { ...address, user: serviceRole, password, database: serviceRole },
      pid: () => server.pid,
      stop: () => {
        stopped ??= server.stop().finally(() => ownLock?.release());
        return stopped;
      },
    };
  } catch (error) {
    ownLock?.release();
    signal?.throwIfAborted();
    if (error instanceof EmbeddedPostgresError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new EmbeddedPostgresError(`the embedded PostgreSQL did not start: ${reason}`, { cause: error });
  }
}
