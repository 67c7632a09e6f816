import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createIdentifier } from '../../../core/identifiers.ts';
import { createSealer } from '../../../core/sealer.ts';
import { DynamoRouteTable } from '../../../functions/adapters/dynamodb/route-table.ts';
import { createDynamoStores } from '../../../functions/adapters/dynamodb/stores.ts';
import type { Instance } from '../../../functions/ports.ts';
import {
  afterNoon,
  givenInstance,
  givenKey,
  newAccount,
  newInstance,
  newKey,
  newToken,
} from '../../functions/adapters/store-contract/fixtures.ts';
import { describeOnAws } from '../emulator.ts';
import { crashAt, loseFirstAnswers } from './faults.ts';
import { createTestTable, type TestTable } from './table.ts';

describeOnAws('what ends half-way', () => {
  let test: TestTable;
  let stores: ReturnType<typeof createDynamoStores>;
  let routes: DynamoRouteTable;
  beforeAll(async () => {
    test = await createTestTable();
    stores = createDynamoStores(test.table);
    routes = new DynamoRouteTable(test.table, createSealer({ bytes: randomBytes(32), id: randomBytes(8) }));
  });
  afterAll(() => test?.drop());

  async function givenFullInstance(tokenCount: number) {
    const instance = await givenInstance(stores);
    const tokens = Array.from({ length: tokenCount }, () => newToken(instance));
    for (const token of tokens) await stores.instanceTokens.create(token);
    const { id: instanceId, workspaceId } = instance;
    await routes.set({ instanceId, workspaceId, address: 'http://10.64.0.1:3000', accessToken: 'x' });
    return { instance, tokens };
  }

  async function expectNothingLeft({ id, workspaceId, keyId }: Instance, tokens: { hash: string }[]) {
    expect(await stores.instances.findById(id)).toBeUndefined();
    expect(await routes.get(id)).toBeUndefined();
    expect(await stores.instances.listByKey(workspaceId, keyId)).toEqual([]);
    for (const { hash } of tokens) expect(await stores.instanceTokens.findByHash(hash)).toBeUndefined();
    expect((await stores.instanceTokens.list(id, { limit: 10 })).items).toEqual([]);
    expect((await stores.quotaUse.read(workspaceId)).map(({ used }) => used)).toEqual([0, 1]);
    expect(await stores.keys.delete(workspaceId, keyId)).toBe(true);
  }

  it('a deletion leaves the instance to be found until nothing else of it is left, and is finished by the next one', async () => {
    for (let request = 1, crashed = true; crashed; request += 1) {
      crashed = false;
      for (const when of ['before', 'after'] as const) {
        const { instance, tokens } = await givenFullInstance(1);
        const recover = crashAt(test.table.client, request, when);
        const [end] = await Promise.allSettled([stores.instances.delete(instance.id)]);
        recover();
        crashed ||= end.status === 'rejected';
        if ((await stores.instances.findById(instance.id)) === undefined) {
          for (const { hash } of tokens) expect(await stores.instanceTokens.findByHash(hash)).toBeUndefined();
        }
        await stores.instances.delete(instance.id);
        await expectNothingLeft(instance, tokens);
      }
      expect(request).toBeLessThan(20);
    }
  }, 120_000);

  it('an instance whose deletion was interrupted takes no tokens, and none of its tokens is lost from sight', async () => {
    const { instance, tokens } = await givenFullInstance(1);
    const recover = crashAt(test.table.client, 2, 'before');
    await expect(stores.instances.delete(instance.id)).rejects.toThrow('crashed');
    recover();
    await expect(stores.instanceTokens.create(newToken(instance))).rejects.toMatchObject({ type: 'not-found' });
    expect((await stores.instanceTokens.list(instance.id, { limit: 10 })).items).toEqual(tokens);
  });

  it('an instance with more tokens than one transaction takes is deleted', async () => {
    const { instance, tokens } = await givenFullInstance(27);
    await stores.instances.delete(instance.id);
    await expectNothingLeft(instance, tokens);
  });

  it('a request whose answer is lost is not applied twice, and is no failure', async () => {
    const { workspaceId, keyId } = await givenKey(stores);
    const stop = loseFirstAnswers(test.table.client);
    try {
      const account = newAccount();
      expect((await stores.accounts.createAccount(account)).user.email).toBe(account.user.email);
      const other = newKey(workspaceId);
      await stores.keys.create(other, 2);
      const instance = newInstance(workspaceId, keyId, { id: createIdentifier('instance') });
      await stores.instances.create(instance, 1);
      expect(await stores.instances.update(instance.id, { name: 'once' }, 1)).toMatchObject({ name: 'once', version: 2 });
      expect(await stores.instances.update(instance.id, { name: 'again' })).toMatchObject({ name: 'again', version: 3 });
      expect(await stores.instances.update(instance.id, { keyId: other.id }, 3)).toMatchObject({ keyId: other.id, version: 4 });
      expect(await stores.instances.findById(instance.id)).toMatchObject({ keyId: other.id, version: 4 });
      const token = newToken(instance);
      await stores.instanceTokens.create(token, 1);
      await stores.instanceTokens.touch(token.id, afterNoon(5));
      expect(await stores.instanceTokens.delete(instance.id, token.id)).toMatchObject({ id: token.id, lastUsedAt: afterNoon(5) });
      await stores.instances.delete(instance.id);
      expect(await stores.keys.delete(workspaceId, other.id)).toBe(true);
      expect((await stores.quotaUse.read(workspaceId)).map(({ used }) => used)).toEqual([0, 1]);
    } finally {
      stop();
    }
  });
});
