import { type Kysely, sql } from 'kysely';

/**
 * How versions of the instance image were rolled through the instances. Only adds: the release before this one works with the new
 * table too. The partial index lets one rollout at a time be under way.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table rollouts (
      id text primary key,
      version text not null,
      previous_version text not null,
      status text not null check (status in ('canary', 'rolling', 'rolling_back', 'done', 'rolled_back', 'failed')),
      observe_seconds double precision not null check (observe_seconds >= 0),
      upgraded jsonb not null,
      total integer not null check (total >= 0),
      failed_instance_id text,
      reason text,
      started_at timestamptz(3) not null,
      ended_at timestamptz(3)
    )`.execute(database);
  await sql`create unique index rollouts_active on rollouts ((true)) where ended_at is null`.execute(database);
  await sql`create index rollouts_newest_first on rollouts (started_at desc, id desc)`.execute(database);
}
