import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import { createSealer } from '../../../../core/sealer.ts';
import { deleteExpiredRows } from '../../../../functions/adapters/postgres/expired-rows.ts';
import { createPostgresStores } from '../../../../functions/adapters/postgres/stores.ts';
import { createTestDatabase, type TestDatabase } from '../../../postgres/database.ts';
import { afterNoon, givenInstance, newAccount, noon } from '../store-contract/fixtures.ts';

const day = 24 * 60 * 60 * 1000;

describe('rows that have been kept for long enough', () => {
  let test: TestDatabase;
  let stores: ReturnType<typeof createPostgresStores>;
  beforeAll(async () => {
    test = await createTestDatabase();
    stores = createPostgresStores(test.database, createSealer({ bytes: randomBytes(32), id: randomBytes(8) }));
  });
  afterAll(() => test.drop());

  async function count(table: string): Promise<number> {
    const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(test.database);
    return rows[0]?.count ?? Number.NaN;
  }

  it('usage goes after 92 days, and the batches it came in after 7', async () => {
    const { id: instanceId, workspaceId } = await givenInstance(stores);
    for (const age of [91, 93]) {
      const minute = afterNoon(-age * day);
      const records = [{ instanceId, workspaceId, tool: 'campaigns_get_all', minute, calls: 1, errors: 0 }];
      await stores.usage.apply({ batchId: `batch_${age}`, records });
    }
    await sql`update usage_batches set applied_at = ${afterNoon(-8 * day)} where batch_id = 'batch_93'`.execute(test.database);
    await sql`update usage_batches set applied_at = ${afterNoon(-6 * day)} where batch_id = 'batch_91'`.execute(test.database);
    expect(await deleteExpiredRows(test.database, noon)).toBe(2);
    expect([await count('usage_minutes'), await count('usage_batches')]).toEqual([1, 1]);
  });

  it('events of an instance go after 90 days, or where it has a thousand newer ones', async () => {
    const [busy, calm] = [await givenInstance(stores), await givenInstance(stores)];
    await sql`
      insert into instance_events
      select 'evt_' || lpad(number::text, 4, '0'), ${busy.id}, ${noon}::timestamptz - number * interval '1 second', 'launched', 'x'
      from generate_series(1, 1003) as number`.execute(test.database);
    for (const age of [89, 91]) {
      const event = { id: createIdentifier('event'), instanceId: calm.id, time: afterNoon(-age * day), type: 'x', message: 'x' };
      await stores.instanceEvents.append(event);
    }
    expect(await deleteExpiredRows(test.database, noon)).toBe(4);
    expect((await stores.instanceEvents.list(calm.id, { limit: 10 })).items).toHaveLength(1);
    expect((await stores.instanceEvents.list(busy.id, { limit: 1 })).items[0]?.id).toBe('evt_0001');
    expect(await deleteExpiredRows(test.database, noon)).toBe(0);
  });

  it('spent refresh tokens go after 30 days, or where the session has 5000 newer ones; the others still tell a reuse', async () => {
    const { user } = await stores.accounts.createAccount(newAccount());
    const session = { id: 'ses_1', userId: user.id, tokenHash: 'now', createdAt: noon, expiresAt: afterNoon(day) };
    await stores.refreshSessions.create(session);
    await sql`
      insert into spent_refresh_tokens (token_hash, session_id, spent_at)
      select 'spent-' || number, 'ses_1', ${noon}::timestamptz - number * interval '1 second'
      from generate_series(1, 10010) as number`.execute(test.database);
    await sql`update spent_refresh_tokens set spent_at = ${afterNoon(-31 * day)} where token_hash = 'spent-7'`.execute(
      test.database,
    );
    expect(await deleteExpiredRows(test.database, noon)).toBe(5010);
    expect(await count('spent_refresh_tokens')).toBe(5000);
    const present = (presentedHash: string) =>
      stores.refreshSessions.rotate({
        presentedHash,
        nextHash: 'next',
        now: noon,
        expiresAt: afterNoon(day),
        createdAfter: afterNoon(-day),
        replacedAfter: afterNoon(-1),
      });
    expect(await present('spent-7')).toEqual({ outcome: 'unknown' });
    expect(await present('spent-10010')).toEqual({ outcome: 'unknown' });
    expect(await present('spent-8')).toEqual({ outcome: 'reused', userId: user.id });
  });
});
