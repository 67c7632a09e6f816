import { type Kysely, sql } from 'kysely';

/**
 * Bytes and seconds of streams beside the calls. Of minutes before this migration nothing is known, which counts as none. Only adds: the
 * release before this one goes on counting calls.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    alter table usage_minutes
      add column bytes_in bigint not null default 0 check (bytes_in >= 0),
      add column bytes_out bigint not null default 0 check (bytes_out >= 0),
      add column stream_seconds bigint not null default 0 check (stream_seconds >= 0)`.execute(database);
}
