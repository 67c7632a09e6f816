import { type Kysely, sql } from 'kysely';

/**
 * Lets a refresh token that was replaced a moment ago be presented once more, and finds rows by their age, so that old ones can go.
 * Only adds: the release before this one works with the new columns too.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  // The token that the present one replaced, and when. Empty until the first rotation.
  await sql`
    alter table refresh_sessions
      add column previous_token_hash text,
      add column rotated_at timestamptz(3)`.execute(database);
  // A sibling was given out in place of the same token as the present one and is not used yet; it stands in for the present one.
  await sql`
    alter table spent_refresh_tokens
      add column sibling boolean not null default false,
      add column spent_at timestamptz(3) not null default now()`.execute(database);
  await sql`create index spent_refresh_tokens_by_age on spent_refresh_tokens (spent_at)`.execute(database);
  await sql`create index usage_batches_by_age on usage_batches (applied_at)`.execute(database);
  await sql`create index usage_minutes_by_age on usage_minutes (minute)`.execute(database);
  await sql`create index instance_events_by_age on instance_events (time)`.execute(database);
}
