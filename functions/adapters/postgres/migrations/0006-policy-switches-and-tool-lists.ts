import { type Kysely, sql } from 'kysely';

/**
 * What an instance may do beyond its policy, and which tools it may call at all. Instances that exist keep every switch off and no
 * list. Only adds: the release before this one works with the new columns too.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    alter table instances
      add column allow text[] not null default '{}'
        check (allow <@ array['send', 'destroy', 'spend', 'secrets']),
      add column allowed_tools text[],
      add column denied_tools text[]`.execute(database);
}
