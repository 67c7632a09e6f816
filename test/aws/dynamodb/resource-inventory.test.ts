import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DynamoResourceInventory, type SecretInventory } from '../../../functions/adapters/dynamodb/resource-inventory.ts';
import { createDynamoStores } from '../../../functions/adapters/dynamodb/stores.ts';
import { apiKeySecretName } from '../../../functions/domain/api-key.ts';
import type { SecretReference, StoredSecret } from '../../../functions/ports.ts';
import { givenInstance, givenWorkspace, newKey, newToken } from '../../functions/adapters/store-contract/fixtures.ts';
import { describeOnAws } from '../emulator.ts';
import { createTestTable, type TestTable } from './table.ts';

const hour = 60 * 60 * 1000;

describeOnAws('the inventory of what is stored in DynamoDB', () => {
  let test: TestTable;
  let stores: ReturnType<typeof createDynamoStores>;
  let versions: StoredSecret[];
  let unlisted: Set<string>;
  let inventory: DynamoResourceInventory;
  beforeEach(async () => {
    test = await createTestTable();
    stores = createDynamoStores(test.table);
    versions = [];
    unlisted = new Set();
    const secrets: SecretInventory = {
      listVersions: async () => versions.filter(({ name }) => !unlisted.has(name)),
      hasVersion: async (asked) => versions.some(({ name, version }) => name === asked.name && version === asked.version),
      async deleteVersion(gone) {
        versions = versions.filter(({ name, version }) => name !== gone.name || version !== gone.version);
      },
    };
    inventory = new DynamoResourceInventory(test.table, secrets);
  });
  afterEach(() => test?.drop());

  function seal(name: string, version: number, age = 0): SecretReference {
    versions.push({ name, version, createdAt: new Date(Date.now() - age).toISOString() });
    return { name, version };
  }

  async function givenSealedKey(age = 0) {
    const key = newKey(await givenWorkspace(stores));
    const stored = { ...key, secret: seal(apiKeySecretName(key.id), 1, age) };
    await stores.keys.create(stored);
    return stored;
  }

  it('names the keys with their secrets, all versions of sealed keys, and how many tokens each instance has', async () => {
    const key = await givenSealedKey();
    const [one, other] = [await givenInstance(stores), await givenInstance(stores)];
    for (const instance of [one, one, other]) await stores.instanceTokens.create(newToken(instance));
    const { keys, secrets, tokens } = await inventory.read();
    expect(keys).toContainEqual({ id: key.id, workspaceId: key.workspaceId, hasWorkspace: true, secret: key.secret });
    expect(keys).toHaveLength(3);
    expect(secrets).toEqual(versions);
    expect(Object.fromEntries(tokens.map(({ instanceId, count }) => [instanceId, count]))).toEqual({
      [one.id]: 2,
      [other.id]: 1,
    });
  });

  it('knows a secret that its list does not show yet, and misses one that is not there', async () => {
    const [late, lost] = [await givenSealedKey(), await givenSealedKey()];
    unlisted.add(late.secret.name);
    versions = versions.filter(({ name }) => name !== lost.secret.name);
    const { keys, secrets } = await inventory.read();
    expect(keys).toHaveLength(2);
    expect(secrets.map(({ name, version }) => ({ name, version }))).toEqual([late.secret]);
  });

  it('tells of a key whose workspace does not exist', async () => {
    const key = await givenSealedKey();
    const { client, table } = test.table;
    const Key = { pk: { S: `workspace#${key.workspaceId}` }, sk: { S: 'workspace' } };
    await client.send(new DeleteItemCommand({ TableName: table, Key }));
    expect((await inventory.read()).keys).toEqual([
      { id: key.id, workspaceId: key.workspaceId, hasWorkspace: false, secret: key.secret },
    ]);
  });

  it('clears away old secrets that no key refers to, and no other', async () => {
    const key = await givenSealedKey(2 * hour);
    const replaced = await givenSealedKey(2 * hour);
    const current = seal(replaced.secret.name, 2, 2 * hour);
    await stores.keys.update(replaced.workspaceId, replaced.id, { secret: current });
    seal(apiKeySecretName('key_lost'), 1, 2 * hour);
    const aboutToBeStored = seal(apiKeySecretName('key_new'), 1);
    const foreign = seal('another-kind/of-secret', 1, 2 * hour);
    const asked = [...versions];
    expect(await inventory.deleteOrphans(asked.filter(({ name }) => name !== replaced.secret.name))).toBe(1);
    expect(await inventory.deleteOrphans(asked)).toBe(2);
    expect(versions.map(({ name, version }) => ({ name, version }))).toEqual([key.secret, current, aboutToBeStored, foreign]);
    expect(await inventory.deleteOrphans(versions)).toBe(0);
  });
});
