import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { ResilientPool } from './resilient-pool.ts';
import type { Schema } from './schema.ts';

export type Database = Kysely<Schema>;

export interface DatabaseConnectionOptions {
  /** Folder of a Unix socket, or a host name. */
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

export interface DatabaseOptions {
  /** A `postgres://` URL, or its parts. */
  connection: string | DatabaseConnectionOptions;
  /** Most connections at once. */
  poolSize?: number;
  /** Told when connections break or cannot be made, in one line without secrets. */
  log?: (line: string) => void;
  /** Told of the pool once, so that its connections can be counted. */
  onPool?: (pool: ConnectionPool) => void;
}

/** How many connections there are, how many of them nobody uses, and how many statements wait for one. */
export type ConnectionPool = Pick<pg.Pool, 'totalCount' | 'idleCount' | 'waitingCount'>;

/**
 * Opens a pool of connections; none is made before the first query. A server that is away fails queries with ProblemError
 * `not-available`, never the process, and queries work again when it is back. Close it with `destroy()`.
 */
export function openDatabase({ connection, poolSize = 10, log = () => {}, onPool }: DatabaseOptions): Database {
  // `ssl: false` keeps PGSSLMODE, meant for another server, away from the embedded one; a URL says itself what it wants.
  const target = typeof connection === 'string' ? { connectionString: connection } : { ...connection, ssl: false };
  const pool = new pg.Pool({
    ...target,
    application_name: 'smartlead-mcp',
    max: poolSize,
    keepAlive: true,
    connectionTimeoutMillis: 5000,
    query_timeout: 30_000,
    idleTimeoutMillis: 60_000,
    types: { getTypeParser },
  });
  onPool?.(pool);
  return new Kysely<Schema>({
    dialect: new PostgresDialect({ pool: new ResilientPool(pool, log) }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
}

/** Reads times as ISO 8601 strings, as the domain has them, and 64-bit integers as numbers: all of ours are counts and versions. */
function getTypeParser(type: number, format?: 'text' | 'binary') {
  if (format === 'binary') return pg.types.getTypeParser(type, 'binary');
  if (type === pg.types.builtins.INT8) return Number;
  const parse = pg.types.getTypeParser(type, 'text');
  return type === pg.types.builtins.TIMESTAMPTZ ? (text: string) => (parse(text) as Date).toISOString() : parse;
}
