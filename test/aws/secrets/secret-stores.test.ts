import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { expect, it, vi } from 'vitest';
import { DynamoResourceInventory } from '../../../functions/adapters/dynamodb/resource-inventory.ts';
import { DynamoSecretArchive } from '../../../functions/adapters/dynamodb/secret-archive.ts';
import { createDynamoStores } from '../../../functions/adapters/dynamodb/stores.ts';
import { EnvelopeSealer } from '../../../functions/adapters/kms-sealed/envelope-sealer.ts';
import { SecretsManagerStore } from '../../../functions/adapters/secrets-manager/secret-store.ts';
import { TieredSecretStore } from '../../../functions/adapters/tiered-secrets/tiered-secret-store.ts';
import { apiKeySecretName } from '../../../functions/domain/api-key.ts';
import { givenWorkspace, newKey } from '../../functions/adapters/store-contract/fixtures.ts';
import { secretStoreContract } from '../../functions/adapters/store-contract/secret-store.ts';
import { createTestTable } from '../dynamodb/table.ts';
import { describeOnAws } from '../emulator.ts';
import { keyClient, ownPrefix, secretsClient } from './clients.ts';

// One emulator serves all test files, one request at a time.
vi.setConfig({ testTimeout: 120_000 });

const hour = 60 * 60 * 1000;

/** All of it over the wire, with an empty table and a prefix of its own. */
async function openTiers(now = () => new Date()) {
  const { table, drop } = await createTestTable();
  const { client, keyArn } = await keyClient();
  const manager = secretsClient();
  const namePrefix = ownPrefix();
  const inUse = new SecretsManagerStore(manager, { namePrefix, keyArn }, { now });
  const archive = new DynamoSecretArchive(table, new EnvelopeSealer(client, { keyArn, stage: 'test' }));
  const paidFor = async () => {
    const { SecretList = [] } = await manager.send(new ListSecretsCommand({ Filters: [{ Key: 'name', Values: [namePrefix] }] }));
    return SecretList.length;
  };
  return { secrets: new TieredSecretStore(inUse, archive), table, archive, paidFor, close: drop };
}

describeOnAws('secrets in Secrets Manager', () => {
  secretStoreContract(async () => ({
    secrets: new SecretsManagerStore(
      secretsClient(),
      { namePrefix: ownPrefix(), keyArn: (await keyClient()).keyArn },
      { now: () => new Date() },
    ),
    close: async () => {},
  }));
});

describeOnAws('secrets in Secrets Manager and in the table', () => {
  secretStoreContract(openTiers);

  it('are archived, found, brought back and deleted', async () => {
    const { secrets, archive, paidFor, close } = await openTiers();
    const references = [await secrets.put('a', 'one \u{1F511}'), await secrets.put('a', 'two')];
    const place = await secrets.locate({ name: 'a', version: references[1]?.version ?? 0 });
    await secrets.archive('a');
    expect(await paidFor()).toBe(0);
    expect(await archive.versionsOf('a')).toEqual(references.map(({ version }) => version));
    expect(await Promise.all(references.map((reference) => secrets.get(reference)))).toEqual(['one \u{1F511}', 'two']);
    expect(await secrets.locate({ name: 'a', version: references[1]?.version ?? 0 })).toEqual(place);
    expect(await paidFor()).toBe(1);
    await secrets.delete('a');
    expect([await paidFor(), await secrets.listVersions()]).toEqual([0, []]);
    for (const reference of references) await expect(secrets.get(reference)).rejects.toThrow('There is no secret a');
    await close();
  });

  it('an archived secret whose key was deleted is found by the inventory, and goes', async () => {
    const { secrets, table, close } = await openTiers(() => new Date(Date.now() - 2 * hour));
    const stores = createDynamoStores(table);
    const key = newKey(await givenWorkspace(stores));
    const kept = await secrets.put(apiKeySecretName(key.id), 'kept');
    await stores.keys.create({ ...key, secret: kept });
    const orphan = await secrets.put(apiKeySecretName('key_deleted'), 'orphan');
    for (const { name } of [kept, orphan]) await secrets.archive(name);

    const inventory = new DynamoResourceInventory(table, secrets);
    expect((await inventory.read()).secrets.map(({ name, version }) => ({ name, version }))).toEqual(
      expect.arrayContaining([kept, orphan]),
    );
    expect(await inventory.deleteOrphans((await inventory.read()).secrets)).toBe(1);
    await expect(secrets.get(orphan)).rejects.toThrow();
    expect(await secrets.get(kept)).toBe('kept');
    await close();
  });
});
