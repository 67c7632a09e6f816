import { type Kysely, sql } from 'kysely';

/** People: users, the workspaces they belong to, and their sign-in sessions. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table users (
      id text primary key,
      email text not null unique,
      name text,
      password_hash text not null,
      operator boolean not null,
      created_at timestamptz(3) not null
    )`.execute(database);
  await sql`
    create table workspaces (
      id text primary key,
      name text not null,
      created_at timestamptz(3) not null
    )`.execute(database);
  await sql`
    create table memberships (
      user_id text not null references users on delete cascade,
      workspace_id text not null references workspaces on delete cascade,
      role text not null check (role in ('owner', 'admin', 'member', 'viewer')),
      created_at timestamptz(3) not null,
      primary key (user_id, workspace_id)
    )`.execute(database);
  await sql`create index memberships_by_workspace on memberships (workspace_id)`.execute(database);
  // A session is one sign-in; its refresh token changes with every use. A revoked session is deleted.
  await sql`
    create table refresh_sessions (
      id text primary key,
      user_id text not null references users on delete cascade,
      token_hash text not null unique,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) not null
    )`.execute(database);
  await sql`create index refresh_sessions_by_user on refresh_sessions (user_id)`.execute(database);
  await sql`create index refresh_sessions_by_expiry on refresh_sessions (expires_at)`.execute(database);
  // Tokens that a session had before: presented again, one of them was stolen.
  await sql`
    create table spent_refresh_tokens (
      token_hash text primary key,
      session_id text not null references refresh_sessions on delete cascade
    )`.execute(database);
  await sql`create index spent_refresh_tokens_by_session on spent_refresh_tokens (session_id)`.execute(database);
}
