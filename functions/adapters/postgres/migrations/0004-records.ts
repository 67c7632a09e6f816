import { type Kysely, sql } from 'kysely';

/** What happened and how much. Records outlive what they speak of, so nothing here refers to another table. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table audit_entries (
      id text primary key,
      workspace_id text,
      time timestamptz(3) not null,
      actor text not null,
      action text not null,
      target text,
      address text,
      outcome text not null check (outcome in ('success', 'refused')),
      details jsonb not null
    )`.execute(database);
  await sql`create index audit_entries_by_workspace on audit_entries (workspace_id, time desc, id desc)`.execute(database);
  await sql`create index audit_entries_by_action on audit_entries (workspace_id, action, time desc, id desc)`.execute(database);
  await sql`create index audit_entries_by_target on audit_entries (workspace_id, target, time desc, id desc)`.execute(database);
  await sql`
    create function refuse_audit_change() returns trigger language plpgsql as $$
    begin
      raise exception 'audit entries cannot be changed or deleted' using errcode = 'insufficient_privilege';
    end
    $$`.execute(database);
  await sql`
    create trigger audit_entries_are_append_only before update or delete or truncate on audit_entries
    for each statement execute function refuse_audit_change()`.execute(database);
  // The batches whose counts are in usage_minutes; the two always change in one transaction.
  await sql`
    create table usage_batches (
      batch_id text primary key,
      applied_at timestamptz(3) not null default now()
    )`.execute(database);
  await sql`
    create table usage_minutes (
      instance_id text not null,
      workspace_id text not null,
      tool text not null,
      minute timestamptz(3) not null check (minute = date_trunc('minute', minute)),
      calls integer not null check (calls >= 0),
      errors integer not null check (errors >= 0),
      primary key (instance_id, tool, minute)
    )`.execute(database);
  await sql`create index usage_minutes_by_workspace on usage_minutes (workspace_id, minute)`.execute(database);
  // Requests with an Idempotency-Key: in progress while there is no response. A response can hold a secret, so it is sealed.
  await sql`
    create table idempotency_keys (
      scope text not null,
      key text not null,
      fingerprint text not null,
      claimed_at timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      sealed_response bytea,
      primary key (scope, key)
    )`.execute(database);
  await sql`create index idempotency_keys_by_expiry on idempotency_keys (expires_at)`.execute(database);
}
