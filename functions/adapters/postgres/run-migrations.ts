import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { Migrator } from 'kysely/migration';
import { ProblemError } from '../../../core/problem.ts';

/** The database was used by a newer release than this one. Nothing was changed. */
export class DatabaseNewerError extends Error {
  override readonly name = 'DatabaseNewerError';
  readonly unknownMigrations: string[];

  constructor(unknownMigrations: string[]) {
    super(
      `the database was used by a newer version of this service (it has the migration ${unknownMigrations.join(', ')}); ` +
        'start that version, or restore a backup from before the upgrade',
    );
    this.unknownMigrations = unknownMigrations;
  }
}

/** A migration failed. The schema is as it was before. */
export class MigrationFailedError extends Error {
  override readonly name = 'MigrationFailedError';

  constructor(migration: string | undefined, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`the database could not be upgraded (${migration ?? 'no migration began'}: ${reason}); its schema is unchanged`, {
      cause,
    });
  }
}

/**
 * Brings the schema up to date; one query where it is. All missing migrations run in one transaction under a lock, so rivals wait
 * and a failure leaves the old schema. Answers the names of those that ran. Rejects with {@link DatabaseNewerError},
 * {@link MigrationFailedError} or ProblemError `not-available`.
 */
export async function runMigrations<Tables>(database: Kysely<Tables>, migrations: Record<string, Migration>): Promise<string[]> {
  const executed = await readExecuted(database);
  const unknown = executed.filter((name) => !Object.hasOwn(migrations, name));
  if (unknown.length > 0) throw new DatabaseNewerError(unknown);
  if (executed.length === Object.keys(migrations).length) return [];

  const migrator = new Migrator({ db: database, provider: { getMigrations: async () => migrations } });
  const { error, results } = await migrator.migrateToLatest();
  if (error instanceof ProblemError) throw error;
  if (error !== undefined)
    throw new MigrationFailedError(results?.find((result) => result.status === 'Error')?.migrationName, error);
  return (results ?? []).map((result) => result.migrationName);
}

/** Names of the migrations the database has seen; none where it is new. */
async function readExecuted<Tables>(database: Kysely<Tables>): Promise<string[]> {
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(database);
    return rows.map((row) => row.name);
  } catch (error) {
    const undefinedTable = '42P01'; // Source: PostgreSQL's table of error codes.
    if ((error as { code?: string }).code === undefinedTable) return [];
    throw error;
  }
}
