import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import { createSealer } from '../../../../core/sealer.ts';
import { deleteExpiredRows } from '../../../../functions/adapters/postgres/expired-rows.ts';
import { deleteOrphanedSecrets } from '../../../../functions/adapters/postgres/orphaned-secrets.ts';
import { createPostgresStores } from '../../../../functions/adapters/postgres/stores.ts';
import { createTestDatabase, type TestDatabase } from '../../../postgres/database.ts';
import {
  afterNoon,
  givenInstance,
  givenKey,
  givenWorkspace,
  newAccount,
  newInstance,
  newKey,
  noon,
} from '../store-contract/fixtures.ts';

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

  it.each([
    ['of an impossible year', ['0000-01-01T00:00:00.000Z', 'ins_1']],
    ['of a year beyond four digits', ['+012026-01-01T00:00:00.000Z', 'ins_1']],
    ['of an impossible day', ['2026-02-30T00:00:00.000Z', 'ins_1']],
    ['with another precision', ['2026-01-01T00:00Z', 'ins_1']],
    ['with a character no id has', [noon, 'ins_\0']],
  ])('calls a forged cursor %s invalid input', async (_what, position) => {
    const cursor = Buffer.from(JSON.stringify(position)).toString('base64url');
    const invalid = { type: 'invalid-input', errors: [{ path: 'cursor', message: 'is not a cursor of this list' }] };
    await expect(stores.instances.listAll({ limit: 1, cursor })).rejects.toMatchObject(invalid);
  });

  it('sweeps secrets that no key refers to, once they are an hour old', async () => {
    const workspaceId = await givenWorkspace(stores);
    const put = (name: string) => stores.secrets.put(`smartlead-key/${name}`, 'sealed');
    const [replaced, current, next] = [await put('key_1'), await put('key_1'), await put('key_1')];
    const orphan = await put('key_gone');
    const foreign = await stores.secrets.put('other/key_gone', 'sealed');
    await stores.keys.create(newKey(workspaceId, { secret: current }));
    expect(await deleteOrphanedSecrets(test.database, [replaced, current, next, orphan, foreign])).toBe(0);
    await sql`update sealed_secrets set created_at = now() - interval '61 minutes'`.execute(test.database);
    const young = await put('key_2');
    expect(await deleteOrphanedSecrets(test.database, [replaced, current, next, orphan, foreign, young])).toBe(3);
    for (const gone of [replaced, next, orphan]) await expect(stores.secrets.get(gone)).rejects.toThrow('there is no secret');
    for (const kept of [current, foreign, young]) expect(await stores.secrets.get(kept)).toBe('sealed');
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
