import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { isConnectionFailure } from '../../functions/adapters/postgres/connection-failure.ts';
import { DatabaseInUseError, DatabaseRefusedError } from './errors.ts';

export interface InstallationLock {
  release(): Promise<void>;
}

export interface InstallationLockOptions {
  /** A `postgres://` URL. */
  databaseUrl: string;
  /** Told one line when the lock's connection breaks and when it is back. Never a secret. */
  log: (line: string) => void;
  /** Told once, where another service took the lock while our connection was broken: this one has to stop. */
  onTaken: (error: DatabaseInUseError) => void;
  signal?: AbortSignal | undefined;
  /** Between two questions whether the connection still lives. */
  heartbeatMilliseconds?: number;
  /** How long to wait for another holder to end before it counts as one that stays. */
  patienceMilliseconds?: number;
}

/** An advisory lock is named by two numbers of 32 bits; ours are "smar" and "tmcp" in ASCII. */
const lockName = [0x736d6172, 0x746d6370] as const;
/** The server notices the end of a killed holder within this time. */
const usualPatienceMilliseconds = 2000;
const longestPauseMilliseconds = 10_000;

/**
 * Makes this process the only service on a database, for as long as one connection lives: two of them would run every instance
 * twice. Rejects with {@link DatabaseInUseError} while another holds it, with {@link DatabaseRefusedError} where the server wants
 * none of us, and with the error of `pg` where it cannot be reached.
 */
export async function lockInstallation(options: InstallationLockOptions): Promise<InstallationLock> {
  const holder = new LockHolder(options);
  await holder.take(options.signal);
  return { release: () => holder.release() };
}

class LockHolder {
  readonly #options: InstallationLockOptions;
  /** Tells our own connections from those of others: a broken one can live on in the server and hold the lock. */
  readonly #applicationName = `smartlead-mcp ${randomUUID()}`;
  readonly #stopping = new AbortController();
  #client: pg.Client | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #regaining: Promise<void> = Promise.resolve();

  constructor(options: InstallationLockOptions) {
    this.#options = options;
  }

  /** Takes the lock on a connection of its own, and watches that. */
  async take(signal?: AbortSignal): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#options.databaseUrl,
      keepAlive: true,
      connectionTimeoutMillis: 5000,
      query_timeout: 5000,
    });
    client.on('error', () => {}); // The end of the connection follows.
    try {
      await client.connect();
      await this.#acquire(client, signal);
    } catch (error) {
      await client.end().catch(() => {});
      // 28: invalid authorization, 3D: no such database, 42: no right to use it. Source: PostgreSQL's table of error codes.
      if (error instanceof pg.DatabaseError && /^(28|3D|42)/.test(error.code ?? ''))
        throw new DatabaseRefusedError(`the database of DATABASE_URL refuses this service: ${error.message}`, { cause: error });
      throw error;
    }
    this.#client = client;
    client.once('end', () => this.#lost(client));
    // A connection that a network has silently dropped is noticed only by using it.
    this.#heartbeat = setInterval(() => {
      client.query('select 1').catch(() => this.#lost(client));
    }, this.#options.heartbeatMilliseconds ?? 10_000);
    this.#heartbeat.unref();
  }

  async release(): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#heartbeat);
    await this.#regaining;
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }

  async #acquire(client: pg.Client, signal: AbortSignal | undefined): Promise<void> {
    // Where this machine loses its power, the server finds out within a minute instead of hours.
    await client.query(
      `select set_config('application_name', $1, false), set_config('tcp_keepalives_idle', '30', false),
              set_config('tcp_keepalives_interval', '10', false), set_config('tcp_keepalives_count', '3', false)`,
      [this.#applicationName],
    );
    const { patienceMilliseconds = usualPatienceMilliseconds } = this.#options;
    const begin = performance.now();
    for (;;) {
      const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1, $2) as taken', [...lockName]);
      if (rows[0]?.taken === true) return;
      if (performance.now() - begin > patienceMilliseconds) {
        throw new DatabaseInUseError(
          'another service uses this database; stop that one first, or set DATABASE_URL to another database',
        );
      }
      await this.#endOwnLeftover(client);
      await pause(100, undefined, { signal });
    }
  }

  /** Ends the connection of ours that the server has not yet noticed to be broken. */
  async #endOwnLeftover(client: pg.Client): Promise<void> {
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = $1 and pid <> pg_backend_pid() and usename = current_user`,
      [this.#applicationName],
    );
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client || this.#stopping.signal.aborted) return;
    this.#client = undefined;
    clearInterval(this.#heartbeat);
    void client.end().catch(() => {});
    this.#options.log('The connection that keeps other services off this database was lost; it is made again.');
    this.#regaining = this.#regain();
  }

  /** Never rejects. */
  async #regain(): Promise<void> {
    const { signal } = this.#stopping;
    for (let milliseconds = 100; !signal.aborted; milliseconds = Math.min(longestPauseMilliseconds, milliseconds * 2)) {
      try {
        await this.take(signal);
        this.#options.log('The connection that keeps other services off this database is back.');
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof DatabaseInUseError) {
          this.#options.onTaken(
            new DatabaseInUseError(
              'another service took over this database while the connection to it was broken; this one stops',
            ),
          );
          return;
        }
        if (!isConnectionFailure(error))
          this.#options.log(`The lock of this database was not given: ${(error as Error).message}`);
      }
      await pause(milliseconds, undefined, { signal }).catch(() => {});
    }
  }
}
