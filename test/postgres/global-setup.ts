import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../functions/adapters/postgres/database.ts';
import { migrate } from '../../functions/adapters/postgres/migrate.ts';
import { type PostgresConnection, startEmbeddedPostgres } from '../../selfhost/postgres/embedded-postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server all tests share; its own database is the migrated template that test databases are copied from. */
    testPostgres: PostgresConnection;
  }
}

/** Starts one PostgreSQL for the whole run, in a folder that is deleted afterwards. Nothing in it needs to survive a power failure. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'smartlead-mcp-test-postgres-'));
  const server = await startEmbeddedPostgres({
    dataDir,
    log: () => {},
    serverSettings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: '200',
      wal_level: 'minimal',
      max_wal_senders: '0',
    },
  });
  const template = openDatabase({ connection: server.connection });
  await migrate(template);
  await template.destroy();
  project.provide('testPostgres', server.connection);
  return async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
