import { type Kysely, sql } from 'kysely';

/** Arguments beside log lines, and how instances did by minute and hour. Only adds: the release before this one works with it too. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`alter table instance_log_entries add column arguments text`.execute(database);
  // All other questions to the log read one instance's newest lines, and an instance has a bounded number of them.
  await sql`
    create index instance_log_entries_by_request on instance_log_entries (instance_id, request_id)
    where request_id is not null`.execute(database);
  // A row holds what one writer counted; a writer that begins anew in the same minute has a row of its own. No foreign key: rows of
  // an instance can arrive together with those of another that was deleted a moment ago, and they go by their age.
  await sql`
    create table instance_metrics (
      id text not null,
      instance_id text not null,
      step text not null check (step in ('minute', 'hour')),
      time timestamptz(3) not null check (time = date_trunc(step, time, 'UTC')),
      watched_seconds double precision not null,
      cpu_seconds double precision not null,
      memory_bytes double precision,
      streams double precision,
      restarts integer not null,
      wakes integer not null,
      wake_milliseconds double precision not null,
      rate_limit_remaining double precision,
      tools jsonb not null,
      primary key (instance_id, step, time, id)
    )`.execute(database);
  await sql`create index instance_metrics_by_age on instance_metrics (step, time)`.execute(database);
}
