import { type Kysely, sql } from 'kysely';

/**
 * The ledger of usage: what routers counted, by batches as they were sent. It only grows: who bills may add and read, and a batch that
 * comes twice is refused by its id. Nobody but the owner of the schema, who is signed in during deployments alone, could change a line.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table usage_batches (
      batch_id text primary key check (batch_id <> ''),
      received_at timestamptz not null default now()
    )`.execute(database);
  await sql`
    create table usage_entries (
      batch_id text not null references usage_batches,
      position integer not null check (position >= 0),
      workspace_id text not null,
      instance_id text not null,
      tool text not null,
      minute timestamptz not null,
      calls bigint not null check (calls >= 0),
      errors bigint not null check (errors >= 0),
      bytes_in bigint not null default 0 check (bytes_in >= 0),
      bytes_out bigint not null default 0 check (bytes_out >= 0),
      stream_seconds bigint not null default 0 check (stream_seconds >= 0),
      primary key (batch_id, position)
    )`.execute(database);
  await sql`create index usage_entries_by_workspace on usage_entries (workspace_id, minute)`.execute(database);
  await sql`grant usage on schema billing to billing`.execute(database);
  await sql`grant select, insert on usage_batches, usage_entries to billing`.execute(database);
}
