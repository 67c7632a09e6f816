import { type Kysely, sql } from 'kysely';

/** Alert rules, what fired, and the messages about it. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table alert_rules (
      id text primary key,
      workspace_id text not null references workspaces on delete cascade,
      name text not null,
      kind text not null check (kind in ('instance_failed', 'error_rate', 'key_refused', 'quota_near')),
      instance_id text,
      threshold double precision,
      window_minutes integer not null,
      emails text[] not null,
      webhook_url text,
      sealed_webhook_secret bytea,
      enabled boolean not null,
      created_at timestamptz(3) not null
    )`.execute(database);
  await sql`create index alert_rules_by_workspace on alert_rules (workspace_id, created_at desc, id desc)`.execute(database);
  await sql`
    create table alerts (
      id text primary key,
      workspace_id text not null references workspaces on delete cascade,
      rule_id text not null references alert_rules on delete cascade,
      kind text not null,
      subject text not null,
      instance_id text,
      message text not null,
      started_at timestamptz(3) not null,
      ended_at timestamptz(3)
    )`.execute(database);
  // No repeats: what has fired fires again only after it has ended, however many look at it at once.
  await sql`create unique index alerts_open on alerts (rule_id, subject) where ended_at is null`.execute(database);
  await sql`create index alerts_by_workspace on alerts (workspace_id, started_at desc, id desc)`.execute(database);
  await sql`create index alerts_by_age on alerts (started_at)`.execute(database);
  // Messages are stored with their alert, in one transaction, and only then sent: a crash loses none.
  await sql`
    create table alert_deliveries (
      id text primary key,
      alert_id text not null references alerts on delete cascade,
      channel text not null check (channel in ('email', 'webhook')),
      recipient text not null,
      status text not null check (status in ('pending', 'sent', 'failed')),
      attempts integer not null,
      last_error text,
      next_attempt_at timestamptz(3),
      at timestamptz(3) not null
    )`.execute(database);
  await sql`create index alert_deliveries_by_alert on alert_deliveries (alert_id)`.execute(database);
  await sql`create index alert_deliveries_due on alert_deliveries (next_attempt_at) where status = 'pending'`.execute(database);
}
