import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { type Database, openDatabase } from '../../functions/adapters/postgres/database.ts';
import type { PostgresConnection } from '../../selfhost/postgres/embedded-postgres.ts';

export interface TestDatabase {
  database: Database;
  connection: PostgresConnection;
  /** The same as a URL, for DATABASE_URL. */
  url: string;
  /** Closes the connections and drops the database. */
  drop(): Promise<void>;
}

/** Makes a database of its own, migrated and empty (or without any table). Call it once a test file and drop it in the end. */
export async function createTestDatabase({ migrated = true }: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const server = inject('testPostgres');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administer(server, `create database ${name} template ${migrated ? server.database : 'template0'}`);
  const connection = { ...server, database: name };
  const database = openDatabase({ connection });
  return {
    database,
    connection,
    url: connectionUrl(connection),
    drop: async () => {
      await database.destroy();
      await administer(server, `drop database ${name} with (force)`);
    },
  };
}

/** Statements about databases run beside the template: copying it needs that nobody is connected to it. */
async function administer(server: PostgresConnection, statement: string): Promise<void> {
  const client = new pg.Client({ ...server, database: 'postgres', ssl: false });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A folder as host, where the Unix socket lies, is a parameter in a URL. */
export function connectionUrl({ host, port, user, password, database }: PostgresConnection): string {
  const credentials = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  if (!host.startsWith('/')) return `postgres://${credentials}@${host}:${port}/${database}`;
  return `postgres://${credentials}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
}
