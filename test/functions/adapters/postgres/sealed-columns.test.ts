import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSealer, SealBrokenError } from '../../../../core/sealer.ts';
import { createSigningKey } from '../../../../functions/adapters/local-accounts/signing-key.ts';
import { MasterKeyError } from '../../../../functions/adapters/master-key.ts';
import { checkMasterKey, needsMasterKey } from '../../../../functions/adapters/postgres/master-key-check.ts';
import { PostgresSigningKeyStore } from '../../../../functions/adapters/postgres/signing-key-store.ts';
import { createPostgresStores } from '../../../../functions/adapters/postgres/stores.ts';
import { createTestDatabase, type TestDatabase } from '../../../postgres/database.ts';
import { afterNoon, givenWorkspace, noon } from '../store-contract/fixtures.ts';

const newSealer = () => createSealer({ bytes: randomBytes(32), id: randomBytes(8) });

describe('sealed columns', () => {
  let test: TestDatabase;
  const sealer = newSealer();
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  /** Every value of every table as text, with byte strings both in hexadecimal and decoded. */
  async function everythingStored(): Promise<string> {
    const { rows: tables } = await sql<{ name: string }>`
      select table_name as name from information_schema.tables where table_schema = 'public'`.execute(test.database);
    const contents: string[] = [];
    for (const { name } of tables) {
      const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(test.database);
      for (const value of rows.flatMap((row) => Object.values(row))) {
        contents.push(Buffer.isBuffer(value) ? `${value.toString('latin1')} ${value.toString('hex')}` : JSON.stringify(value));
      }
    }
    return contents.join('\n');
  }

  it('hold no secret that could be read in the database', async () => {
    const canary = `canary-${randomBytes(16).toString('hex')}`;
    const stores = createPostgresStores(test.database, sealer);
    await stores.secrets.put('smartlead-keys/key_1', canary);
    await stores.idempotency.claim({ scope: 's', key: 'k', fingerprint: 'f', now: noon, expiresAt: afterNoon(1000) });
    await stores.idempotency.complete('s', 'k', { status: 201, headers: { x: canary }, body: canary });
    const key = await new PostgresSigningKeyStore(test.database, sealer).loadOrCreate(createSigningKey);
    const stored = await everythingStored();
    expect(stored).toContain('smartlead-keys/key_1');
    expect(stored).not.toContain(canary);
    expect(stored).not.toContain(Buffer.from(canary).toString('hex'));
    expect(stored).not.toContain(key.privateKey.d as string);
  });

  it('do not open in another row', async () => {
    const { secrets } = createPostgresStores(test.database, sealer);
    const one = await secrets.put('keys/one', '1');
    const other = await secrets.put('keys/other', '2');
    await sql`update sealed_secrets set sealed = (select sealed from sealed_secrets where name = 'keys/one') where name = 'keys/other'`.execute(
      test.database,
    );
    expect(await secrets.get(one)).toBe('1');
    await expect(secrets.get(other)).rejects.toThrow(SealBrokenError);
  });

  it('of a webhook that do not open hold up no message but those that they sign', async () => {
    const { alerts } = createPostgresStores(test.database, sealer);
    const workspaceId = await givenWorkspace(createPostgresStores(test.database, sealer));
    for (const id of ['broken', 'whole']) {
      const rule = {
        id: `alr_${id}`,
        workspaceId,
        name: id,
        kind: 'instance_failed',
        instanceId: null,
        threshold: null,
      } as const;
      const recipients = { emails: [], webhookUrl: 'https://hooks.example.com/1' };
      const times = { windowMinutes: 15, enabled: true, createdAt: noon };
      await alerts.createRule({ ...rule, ...recipients, ...times }, { webhookSecret: `whsec_${id}` });
      const alert = { id: `alt_${id}`, workspaceId, ruleId: rule.id, kind: rule.kind, subject: 'ins_1', instanceId: 'ins_1' };
      const delivery = { id: `dlv_${id}`, alertId: alert.id, channel: 'webhook', recipient: recipients.webhookUrl } as const;
      await alerts.open({ ...alert, message: 'It failed.', startedAt: noon, endedAt: null }, [
        { ...delivery, status: 'pending', attempts: 0, lastError: null, at: noon },
      ]);
    }
    await sql`update alert_rules set sealed_webhook_secret = (
      select sealed_webhook_secret from alert_rules where id = 'alr_whole') where id = 'alr_broken'`.execute(test.database);
    const due = await alerts.claimDue({ now: noon, leaseUntil: afterNoon(60_000), limit: 10 });
    expect(Object.fromEntries(due.map((each) => [each.rule.id, [each.webhookSecret, each.unreadableSecret]]))).toEqual({
      alr_broken: [null, expect.any(SealBrokenError)],
      alr_whole: ['whsec_whole', undefined],
    });
  });

  it('of an answer that do not open are told apart from a claim that may be taken', async () => {
    const request = { scope: 's', key: 'unreadable', fingerprint: 'f', now: noon, expiresAt: afterNoon(1000_000) };
    const { idempotency } = createPostgresStores(test.database, sealer);
    await idempotency.claim(request);
    await idempotency.complete('s', 'unreadable', { status: 201, headers: {}, body: '' });
    const { idempotency: stranger } = createPostgresStores(test.database, newSealer());
    expect(await stranger.claim(request)).toEqual({ outcome: 'unreadable' });
    expect((await idempotency.claim(request)).outcome).toBe('replay');
  });

  it('bind the database to its first master key', async () => {
    expect(await needsMasterKey(test.database)).toBe(false);
    await checkMasterKey(test.database, sealer);
    await checkMasterKey(test.database, sealer);
    expect(await needsMasterKey(test.database)).toBe(true);
    const wrong = checkMasterKey(test.database, newSealer());
    await expect(wrong).rejects.toThrow(MasterKeyError);
    await expect(wrong).rejects.toThrow('does not open this database');
    await checkMasterKey(test.database, sealer);
  });

  it('give several processes that start at once the same signing key', async () => {
    await sql`delete from signing_keys`.execute(test.database);
    const keys = await Promise.all(
      [1, 2, 3, 4].map(() => new PostgresSigningKeyStore(test.database, sealer).loadOrCreate(createSigningKey)),
    );
    expect(new Set(keys.map((key) => key.id)).size).toBe(1);
    expect(await new PostgresSigningKeyStore(test.database, sealer).loadOrCreate(createSigningKey)).toEqual(keys[0]);
  });
});
