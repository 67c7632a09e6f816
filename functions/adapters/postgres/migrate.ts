import type { Migration } from 'kysely/migration';
import type { Database } from './database.ts';
import { migrations as allMigrations } from './migrations/index.ts';
import { runMigrations } from './run-migrations.ts';

export { DatabaseNewerError, MigrationFailedError } from './run-migrations.ts';

/** Brings the platform's schema up to date, as {@link runMigrations} does. */
export function migrate(database: Database, migrations: Record<string, Migration> = allMigrations): Promise<string[]> {
  return runMigrations(database, migrations);
}
