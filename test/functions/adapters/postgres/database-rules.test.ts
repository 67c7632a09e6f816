import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import { deleteExpiredRows } from '../../../../functions/adapters/postgres/expired-rows.ts';
import { createPostgresStores } from '../../../../functions/adapters/postgres/stores.ts';
import { createSealer } from '../../../../functions/adapters/sealed-secrets.ts';
import { createTestDatabase, type TestDatabase } from '../../../postgres/database.ts';
import { afterNoon, givenInstance, givenKey, givenWorkspace, newAccount, newInstance, noon } from '../store-contract/fixtures.ts';

/** What PostgreSQL guards by itself, whoever writes to it. */
describe('database rules', () => {
  let test: TestDatabase;
  let stores: ReturnType<typeof createPostgresStores>;
  beforeAll(async () => {
    test = await createTestDatabase();
    stores = createPostgresStores(test.database, createSealer({ bytes: randomBytes(32), id: randomBytes(8) }));
  });
  afterAll(() => test.drop());

  it.each([
    ['changed', sql`update audit_entries set actor = 'nobody'`],
    ['deleted', sql`delete from audit_entries`],
    ['truncated', sql`truncate audit_entries`],
  ])('refuses that audit entries are %s', async (_word, statement) => {
    const workspaceId = await givenWorkspace(stores);
    const entry = { id: createIdentifier('audit'), workspaceId, time: noon, actor: 'system', action: 'x', target: null };
    await stores.audit.append({ ...entry, address: null, outcome: 'success', details: {} });
    await expect(statement.execute(test.database)).rejects.toThrow('audit entries cannot be changed or deleted');
    expect((await stores.audit.list(workspaceId, {}, { limit: 5 })).items).toHaveLength(1);
  });

  it('refuses to delete a key that an instance uses', async () => {
    const { workspaceId, keyId, id } = await givenInstance(stores);
    await expect(stores.keys.delete(workspaceId, keyId)).rejects.toMatchObject({ name: 'ProblemError', type: 'in-use' });
    await stores.instances.delete(id);
    expect(await stores.keys.delete(workspaceId, keyId)).toBe(true);
  });

  it('refuses an instance whose key is gone or belongs to another workspace', async () => {
    const { workspaceId, keyId } = await givenKey(stores);
    const stranger = await givenWorkspace(stores);
    const conflict = { name: 'ProblemError', type: 'conflict' };
    await expect(stores.instances.create(newInstance(stranger, keyId))).rejects.toMatchObject(conflict);
    await expect(stores.instances.create(newInstance(workspaceId, 'key_gone'))).rejects.toMatchObject(conflict);
    const instance = await givenInstance(stores);
    await expect(stores.instances.update(instance.id, { keyId })).rejects.toMatchObject(conflict);
  });

  it('refuses a status nobody knows', async () => {
    const { id } = await givenInstance(stores);
    await expect(stores.instances.update(id, { status: 'dreaming' as 'running' })).rejects.toThrow('instances_status_check');
  });

  it('calls a text it cannot hold invalid input, and not a failure of ours', async () => {
    const { workspaceId, id } = await givenInstance(stores);
    const invalid = { name: 'ProblemError', type: 'invalid-input' };
    await expect(stores.instances.update(id, { name: 'a\0b' })).rejects.toMatchObject(invalid);
    await expect(stores.instanceLogs.list(id, { search: '\0' }, { limit: 1 })).rejects.toMatchObject(invalid);
    await expect(stores.audit.list(workspaceId, { action: '\0' }, { limit: 1 })).rejects.toMatchObject(invalid);
  });

  it('takes everything of a workspace with it', async () => {
    const instance = await givenInstance(stores);
    await sql`delete from workspaces where id = ${instance.workspaceId}`.execute(test.database);
    expect(await stores.instances.findById(instance.id)).toBeUndefined();
  });

  it('deletes what has expired and nothing else', async () => {
    const { user } = await stores.accounts.createAccount(newAccount());
    for (const [id, expiresAt] of [
      ['ses_old', noon],
      ['ses_new', afterNoon(1)],
    ] as const) {
      await stores.refreshSessions.create({ id, userId: user.id, tokenHash: id, createdAt: noon, expiresAt });
      await stores.idempotency.claim({ scope: 's', key: id, fingerprint: 'f', now: noon, expiresAt });
    }
    expect(await deleteExpiredRows(test.database, noon)).toBe(2);
    expect(await deleteExpiredRows(test.database, noon)).toBe(0);
  });
});
