import { type Kysely, sql } from 'kysely';

/** Smartlead keys and the instances that use them. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table smartlead_keys (
      id text primary key,
      workspace_id text not null references workspaces on delete cascade,
      label text not null,
      last4 text not null,
      status text not null check (status in ('valid', 'refused')),
      secret_name text not null,
      secret_version bigint not null,
      created_at timestamptz(3) not null,
      rotated_at timestamptz(3),
      unique (workspace_id, id)
    )`.execute(database);
  await sql`create index smartlead_keys_by_workspace on smartlead_keys (workspace_id, created_at desc, id desc)`.execute(
    database,
  );
  // An instance and its key share the workspace; a key in use cannot be deleted.
  await sql`
    create table instances (
      id text primary key,
      workspace_id text not null references workspaces on delete cascade,
      name text not null,
      key_id text not null,
      mode text not null check (mode in ('sse', 'stdio', 'both')),
      toolsets text[],
      policy text not null check (policy in ('read-only', 'standard', 'full')),
      size text not null check (size in ('small', 'medium', 'large')),
      desired_state text not null check (desired_state in ('running', 'stopped', 'deleted')),
      status text not null check (
        status in (
          'provisioning', 'running', 'sleeping', 'restarting', 'stopping', 'stopped', 'unauthenticated', 'suspended', 'failed'
        )
      ),
      status_reason text not null,
      next_step text,
      runtime jsonb,
      first_connected_at timestamptz(3),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      version integer not null,
      foreign key (workspace_id, key_id) references smartlead_keys (workspace_id, id) on delete no action
    )`.execute(database);
  await sql`create index instances_by_workspace on instances (workspace_id, created_at desc, id desc)`.execute(database);
  await sql`create index instances_by_key on instances (workspace_id, key_id)`.execute(database);
  await sql`create index instances_by_age on instances (created_at desc, id desc)`.execute(database);
  await sql`
    create table instance_tokens (
      id text primary key,
      instance_id text not null references instances on delete cascade,
      workspace_id text not null references workspaces on delete cascade,
      label text not null,
      last4 text not null,
      hash text not null unique,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3),
      last_used_at timestamptz(3)
    )`.execute(database);
  await sql`create index instance_tokens_by_instance on instance_tokens (instance_id, created_at desc, id desc)`.execute(
    database,
  );
  await sql`create index instance_tokens_by_workspace on instance_tokens (workspace_id)`.execute(database);
  await sql`
    create table instance_events (
      id text primary key,
      instance_id text not null references instances on delete cascade,
      time timestamptz(3) not null,
      type text not null,
      message text not null
    )`.execute(database);
  await sql`create index instance_events_by_instance on instance_events (instance_id, time desc, id desc)`.execute(database);
  // No foreign key: lines of an instance can arrive in one batch with those of another that was deleted a moment ago.
  await sql`
    create table instance_log_entries (
      id text primary key,
      instance_id text not null,
      time timestamptz(3) not null,
      level text not null check (level in ('debug', 'info', 'warn', 'error')),
      message text not null,
      tool text,
      duration_ms double precision,
      outcome text,
      request_id text
    )`.execute(database);
  await sql`create index instance_log_entries_by_instance on instance_log_entries (instance_id, time desc, id desc)`.execute(
    database,
  );
  await sql`create index instance_log_entries_by_time on instance_log_entries (time)`.execute(database);
}
