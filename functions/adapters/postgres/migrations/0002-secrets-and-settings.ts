import { type Kysely, sql } from 'kysely';

/** What is sealed with the master key, and the few facts the installation keeps about itself. */
export async function up(database: Kysely<unknown>): Promise<void> {
  // Versions come from one sequence and are never used again, so a reference to a deleted version cannot find a newer secret.
  await sql`create sequence secret_versions as bigint`.execute(database);
  await sql`
    create table sealed_secrets (
      name text not null,
      version bigint not null,
      sealed bytea not null,
      created_at timestamptz(3) not null default now(),
      primary key (name, version)
    )`.execute(database);
  // Key pairs that sign access tokens. The public half may be read by anybody.
  await sql`
    create table signing_keys (
      id text primary key,
      algorithm text not null,
      public_key jsonb not null,
      sealed_private_key bytea not null,
      created_at timestamptz(3) not null default now()
    )`.execute(database);
  await sql`create table settings (name text primary key, value jsonb not null)`.execute(database);
}
