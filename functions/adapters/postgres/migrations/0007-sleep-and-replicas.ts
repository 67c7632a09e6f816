import { type Kysely, sql } from 'kysely';

/**
 * When an instance sleeps, how many processes serve it, and until when its calls' arguments are logged. Instances that exist sleep
 * after a quarter of an hour like new ones. Only adds: the release before this one works with the new columns too.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    alter table instances
      add column sleep_after_seconds integer default 900 check (sleep_after_seconds > 0),
      add column max_replicas integer not null default 1 check (max_replicas > 0),
      add column replicas integer not null default 1 check (replicas > 0),
      add column argument_log_until timestamptz(3)`.execute(database);
}
