import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { afterEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../../functions/adapters/postgres/database.ts';
import { PostgresInstanceStore } from '../../../../functions/adapters/postgres/instance-store.ts';
import { DatabaseNewerError, MigrationFailedError, migrate } from '../../../../functions/adapters/postgres/migrate.ts';
import { migrations } from '../../../../functions/adapters/postgres/migrations/index.ts';
import { PostgresRefreshSessionStore } from '../../../../functions/adapters/postgres/refresh-session-store.ts';
import { createTestDatabase, type TestDatabase } from '../../../postgres/database.ts';

let test: TestDatabase;
afterEach(() => test.drop());

async function tables(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_name not like 'kysely%' order by 1`.execute(test.database);
  return rows.map((row) => row.name);
}

describe('migrate', () => {
  it('brings an empty database up to date, and then has nothing to do', async () => {
    test = await createTestDatabase({ migrated: false });
    expect(await migrate(test.database)).toEqual(Object.keys(migrations));
    expect(await tables()).toContain('instances');
    expect(await migrate(test.database)).toEqual([]);
  });

  it('asks one question where there is nothing to do', async () => {
    test = await createTestDatabase();
    let queries = 0;
    const counting = test.database.withPlugin({
      transformQuery: ({ node }) => {
        queries += 1;
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    await migrate(counting);
    expect(queries).toBe(1);
  });

  it('keeps the sessions of the release before refresh tokens had a grace, and still finds a reuse in them', async () => {
    test = await createTestDatabase({ migrated: false });
    const released = Object.entries(migrations).filter(([name]) => name < '0005');
    await migrate(test.database, Object.fromEntries(released));
    await sql`
      insert into users (id, email, password_hash, operator, created_at)
      values ('usr_1', 'ada@example.com', 'hash', true, '2026-11-22T12:00Z')`.execute(test.database);
    await sql`
      insert into refresh_sessions (id, user_id, token_hash, created_at, expires_at)
      values ('ses_1', 'usr_1', 'present', '2026-11-22T12:00Z', '2026-12-22T12:00Z')`.execute(test.database);
    const spend = sql`insert into spent_refresh_tokens (token_hash, session_id) values ('spent', 'ses_1')`;
    await spend.execute(test.database);
    await migrate(test.database);

    const sessions = new PostgresRefreshSessionStore(test.database);
    const present = async (presentedHash: string) => {
      const times = { now: '2026-11-22T13:00:00.000Z', expiresAt: '2026-12-22T13:00:00.000Z' };
      const limits = { createdAfter: '2026-08-22T13:00:00.000Z', replacedAfter: '2026-11-22T12:59:50.000Z' };
      return (await sessions.rotate({ presentedHash, nextHash: 'next', ...times, ...limits })).outcome;
    };
    expect(await present('present')).toBe('rotated');
    expect(await present('spent')).toBe('reused');
    expect(await present('next')).toBe('unknown');
  });

  it('leaves the instances of the release before policy switches with every switch off and no list of tools', async () => {
    test = await createTestDatabase({ migrated: false });
    await migrate(test.database, Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '0006')));
    const time = '2026-11-22T12:00Z';
    await sql`insert into workspaces (id, name, created_at) values ('ws_1', 'Ada', ${time})`.execute(test.database);
    await sql`
      insert into smartlead_keys (id, workspace_id, label, last4, status, secret_name, secret_version, created_at)
      values ('key_1', 'ws_1', 'Main', '9f2c', 'valid', 'smartlead-keys/key_1', 1, ${time})`.execute(test.database);
    // Also what the release before this one writes while both run.
    const insert = (id: string) => sql`
      insert into instances (id, workspace_id, name, key_id, mode, toolsets, policy, size, desired_state, status, status_reason,
        created_at, updated_at, version)
      values (${id}, 'ws_1', 'n8n', 'key_1', 'both', '{campaigns,leads}', 'full', 'small', 'running', 'running', 'Ready', ${time},
        ${time}, 1)`;
    await insert('ins_1').execute(test.database);
    await migrate(test.database);
    await insert('ins_2').execute(test.database);

    const instances = new PostgresInstanceStore(test.database);
    const kept = { toolsets: ['campaigns', 'leads'], policy: 'full', allow: [], allowedTools: null, deniedTools: null };
    for (const id of ['ins_1', 'ins_2']) expect(await instances.findById(id)).toMatchObject(kept);
    const nonsense = sql`update instances set allow = '{send,fly}'`.execute(test.database);
    await expect(nonsense).rejects.toThrow(/instances_allow_check/);
  });

  it('runs once where several start at the same time', async () => {
    test = await createTestDatabase({ migrated: false });
    const others = [1, 2, 3].map(() => openDatabase({ connection: test.connection }));
    const ran = await Promise.all(others.map((database) => migrate(database)));
    await Promise.all(others.map((database) => database.destroy()));
    expect(ran.filter((names) => names.length > 0)).toEqual([Object.keys(migrations)]);
  });

  it('leaves the old schema where a migration fails, even after others before it', async () => {
    test = await createTestDatabase();
    const before = await tables();
    const create: Migration = { up: (database) => sql`create table half_made (id text)`.execute(database).then(() => {}) };
    const fail: Migration = { up: (database) => sql`create table nonsense (id no_such_type)`.execute(database).then(() => {}) };
    const upgrade = migrate(test.database, { ...migrations, '0098-creates': create, '0099-fails': fail });
    await expect(upgrade).rejects.toThrow(MigrationFailedError);
    await expect(upgrade).rejects.toThrow(/0099-fails.*its schema is unchanged/);
    expect(await tables()).toEqual(before);
    expect(await migrate(test.database)).toEqual([]);
  });

  it('refuses the database of a newer release and touches nothing', async () => {
    test = await createTestDatabase();
    await sql`insert into kysely_migration values ('9000-from-the-future', now()::text)`.execute(test.database);
    await expect(migrate(test.database)).rejects.toThrow(DatabaseNewerError);
    await expect(migrate(test.database)).rejects.toThrow(/newer version.*9000-from-the-future/);
  });
});
