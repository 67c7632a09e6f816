import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import pg, { type Pool, type PoolClient } from 'pg';
import { ProblemError } from '../../../core/problem.ts';
import { isConnectionFailure, notAvailable } from './connection-failure.ts';

/**
 * A pool of `pg` that outlives its server: broken connections are dropped, and what went wrong with a connection becomes ProblemError
 * `not-available`. Without listeners, `pg` would end the process when a connection breaks while nothing is asked on it.
 */
export class ResilientPool implements PostgresPool {
  readonly #pool: Pool;
  readonly options: object;

  constructor(pool: Pool, log: (line: string) => void) {
    this.#pool = pool;
    this.options = pool.options;
    const report = (error: Error) => log(`a database connection broke: ${error.message}`);
    pool.on('error', report); // Of connections nobody uses at the moment.
    pool.on('connect', (client) => client.on('error', () => {})); // Of connections in use: their query fails, which is enough.
  }

  async connect(): Promise<PostgresPoolClient> {
    try {
      // Kysely's type also wants cursors, for streaming; no store streams.
      return new ResilientClient(await this.#pool.connect()) as unknown as PostgresPoolClient;
    } catch (error) {
      throw isConnectionFailure(error) ? notAvailable(error) : error;
    }
  }

  end(): Promise<void> {
    return this.#pool.end();
  }
}

class ResilientClient {
  readonly #client: PoolClient;
  #broken = false;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  async query<Row>(text: string, parameters: ReadonlyArray<unknown>): Promise<PostgresQueryResult<Row>> {
    try {
      return (await this.#client.query(text, [...parameters])) as unknown as PostgresQueryResult<Row>;
    } catch (error) {
      if (isZeroCharacter(error)) {
        throw new ProblemError('invalid-input', { detail: 'Leave out the character with the code zero.', cause: error });
      }
      if (!isConnectionFailure(error)) throw error;
      this.#broken = true;
      throw notAvailable(error);
    }
  }

  /** Gives the connection back, or ends it: after a timed-out query, for one, its late answer must not meet the next question. */
  release(destroy?: boolean): void {
    this.#client.release(destroy === true || this.#broken);
  }
}

/** PostgreSQL refused a text for the one character it cannot hold (SQLSTATE 22021, in JSON 22P05). */
function isZeroCharacter(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === '22021' || error.code === '22P05');
}
