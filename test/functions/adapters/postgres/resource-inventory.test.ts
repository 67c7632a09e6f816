import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSealer } from '../../../../core/sealer.ts';
import { deleteExpiredRows } from '../../../../functions/adapters/postgres/expired-rows.ts';
import { createPostgresStores } from '../../../../functions/adapters/postgres/stores.ts';
import { apiKeySecretName } from '../../../../functions/domain/api-key.ts';
import type { SecretReference } from '../../../../functions/ports.ts';
import { createTestDatabase, type TestDatabase } from '../../../postgres/database.ts';
import { afterNoon, givenInstance, givenWorkspace, newKey, newToken, noon } from '../store-contract/fixtures.ts';

const day = 24 * 60 * 60 * 1000;

describe('the inventory of what is stored', () => {
  let test: TestDatabase;
  let stores: ReturnType<typeof createPostgresStores>;
  beforeEach(async () => {
    test = await createTestDatabase();
    stores = createPostgresStores(test.database, createSealer({ bytes: randomBytes(32), id: randomBytes(8) }));
  });
  afterEach(() => test.drop());

  /** A key whose secret is sealed, as the API stores it. */
  async function givenSealedKey() {
    const key = newKey(await givenWorkspace(stores));
    const secret = await stores.secrets.put(apiKeySecretName(key.id), 'demo-canary');
    await stores.keys.create({ ...key, secret });
    return { ...key, secret };
  }

  it('names the keys with their secrets, all versions of sealed keys, and how many tokens each instance has', async () => {
    const key = await givenSealedKey();
    const newer = await stores.secrets.put(key.secret.name, 'demo-canary-2');
    await stores.secrets.put('another-kind/of-secret', 'x');
    const [one, other] = [await givenInstance(stores), await givenInstance(stores)];
    for (const instance of [one, one, other]) await stores.instanceTokens.create(newToken(instance));

    const { keys, secrets, tokens } = await stores.inventory.read();
    expect(keys).toContainEqual({ id: key.id, workspaceId: key.workspaceId, hasWorkspace: true, secret: key.secret });
    expect(keys).toHaveLength(3);
    expect(secrets.map(({ name, version }) => ({ name, version }))).toEqual(expect.arrayContaining([key.secret, newer]));
    expect(secrets).toHaveLength(2);
    for (const { createdAt } of secrets) expect(Date.parse(createdAt)).not.toBeNaN();
    expect(Object.fromEntries(tokens.map(({ instanceId, count }) => [instanceId, count]))).toEqual({
      [one.id]: 2,
      [other.id]: 1,
    });
    expect(JSON.stringify({ keys, secrets, tokens })).not.toContain('demo-canary');
  });

  it('clears away old secrets that no key refers to, and no other', async () => {
    const key = await givenSealedKey();
    const lost = await stores.secrets.put(apiKeySecretName('key_lost'), 'x');
    const deleteOrphans = async () => stores.inventory.deleteOrphans((await stores.inventory.read()).secrets);
    const aged = (secret: SecretReference) => ({ ...secret, createdAt: '2020-01-01T00:00:00.000Z' });
    expect(await deleteOrphans()).toBe(0);
    await sql`update sealed_secrets set created_at = now() - interval '61 minutes'`.execute(test.database);
    const aboutToBeStored = await stores.secrets.put(apiKeySecretName('key_new'), 'x');
    expect(await stores.inventory.deleteOrphans([key.secret, aboutToBeStored].map(aged))).toBe(0);
    expect(await deleteOrphans()).toBe(1);
    const left = (await stores.inventory.read()).secrets.map(({ name }) => name);
    expect(left.sort()).toEqual([key.secret.name, aboutToBeStored.name].sort());
    expect(left).not.toContain(lost.name);
  });

  it('tokens go a month after they have expired', async () => {
    const instance = await givenInstance(stores);
    for (const age of [-1, 29, 31]) {
      await stores.instanceTokens.create(newToken(instance, { label: `${age}`, expiresAt: afterNoon(-age * day) }));
    }
    await stores.instanceTokens.create(newToken(instance, { label: 'for ever' }));
    expect(await deleteExpiredRows(test.database, noon)).toBe(1);
    const { items } = await stores.instanceTokens.list(instance.id, { limit: 10 });
    expect(items.map(({ label }) => label).sort()).toEqual(['-1', '29', 'for ever']);
  });
});
