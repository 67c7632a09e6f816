import { randomBytes, randomUUID } from 'node:crypto';
import { GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  changeItemSchema,
  changesPartition,
  type ItemKey,
  instanceItemKey,
  instanceItemSchema,
  routeItemKey,
  routeItemSchema,
  routeTokenContext,
  tokenItemKey,
  tokenItemSchema,
} from '../../../core/platform-table.ts';
import { createSealer } from '../../../core/sealer.ts';
import { DynamoChangeFeed } from '../../../functions/adapters/dynamodb/change-feed.ts';
import { DynamoRouteTable } from '../../../functions/adapters/dynamodb/route-table.ts';
import { createDynamoStores } from '../../../functions/adapters/dynamodb/stores.ts';
import { givenInstance, newToken } from '../../functions/adapters/store-contract/fixtures.ts';
import { describeOnAws } from '../emulator.ts';
import { plainItem } from './plain-item.ts';
import { createTestTable, type TestTable } from './table.ts';

const sealer = createSealer({ bytes: randomBytes(32), id: randomBytes(8) });

describeOnAws('the items that routers read', () => {
  let test: TestTable;
  let stores: ReturnType<typeof createDynamoStores>;
  let routes: DynamoRouteTable;
  beforeAll(async () => {
    test = await createTestTable();
    stores = createDynamoStores(test.table);
    routes = new DynamoRouteTable(test.table, sealer);
  });
  afterAll(() => test?.drop());

  /** Reads as a router does: by the key, without ElectroDB. */
  async function read({ pk, sk }: ItemKey) {
    const { client, table } = test.table;
    const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: { pk: { S: pk }, sk: { S: sk } } }));
    return Item && plainItem(Item);
  }

  /** The changes of this minute and the one before, oldest first. */
  async function readChanges() {
    const { client, table } = test.table;
    const minute = Math.floor(Date.now() / 60_000) * 60_000;
    const minutes = [minute - 60_000, minute].map((time) => changesPartition(new Date(time).toISOString()));
    const answers = await Promise.all(
      minutes.map((pk) =>
        client.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': { S: pk } },
          }),
        ),
      ),
    );
    return answers.flatMap(({ Items = [] }) => Items.map(plainItem));
  }

  it('have the keys and names of the contract: the instance', async () => {
    const instance = await givenInstance(stores, { nextStep: 'Wait' });
    const { id, workspaceId, mode, status, statusReason, nextStep, desiredState } = instance;
    expect(instanceItemSchema.parse(await read(instanceItemKey(id)))).toEqual({
      ...{ id, workspaceId, mode, status, statusReason, nextStep, desiredState },
    });
  });

  it('a token, with its expiry or without', async () => {
    const instance = await givenInstance(stores);
    for (const expiresAt of ['2027-01-01T00:00:00.000Z', null]) {
      const token = newToken(instance, { expiresAt });
      await stores.instanceTokens.create(token);
      const item = tokenItemSchema.parse(await read(tokenItemKey(token.hash)));
      expect({ ...item, expiresAt: item.expiresAt ?? null }).toEqual({
        id: token.id,
        instanceId: instance.id,
        workspaceId: instance.workspaceId,
        expiresAt,
      });
    }
  });

  it('a route, whose access tokens only the key of the data plane opens', async () => {
    const { id: instanceId, workspaceId } = await givenInstance(stores);
    const [address, second] = ['http://10.64.0.1:3000', 'http://10.64.0.2:3000'];
    await routes.set({
      ...{ instanceId, workspaceId, address, accessToken: 'canary-1', mode: 'sse' },
      replicas: [{ address: second, accessToken: 'canary-2' }],
    });
    const item = await read(routeItemKey(instanceId));
    expect(Buffer.from(JSON.stringify(item)).toString('latin1')).not.toContain('canary');
    const route = routeItemSchema.parse(item);
    expect(route).toMatchObject({ instanceId, workspaceId, address, mode: 'sse' });
    const [replica] = route.replicas ?? [];
    expect(sealer.open(routeTokenContext(instanceId, address), route.sealedAccessToken)).toBe('canary-1');
    expect(sealer.open(routeTokenContext(instanceId, second), replica?.sealedAccessToken as Uint8Array)).toBe('canary-2');
  });

  it('a change for each route that is set or removed and each token that is revoked, which expires within a quarter of an hour', async () => {
    const instance = await givenInstance(stores);
    const { id: instanceId, workspaceId } = instance;
    const token = newToken(instance);
    await stores.instanceTokens.create(token);
    await routes.set({ instanceId, workspaceId, address: 'http://10.64.0.1:3000', accessToken: 'x' });
    await stores.instanceTokens.delete(instanceId, token.id);
    await routes.remove(instanceId);
    const changes = (await readChanges()).filter((change) => change.instanceId === instanceId);
    expect(changes.map((change) => changeItemSchema.parse(change))).toEqual(
      expect.arrayContaining([
        { kind: 'route-set', instanceId },
        { kind: 'token-revoked', instanceId, tokenId: token.id },
        { kind: 'route-removed', instanceId },
      ]),
    );
    expect(changes).toHaveLength(3);
    for (const { ttl, sk } of changes) {
      expect(sk).toMatch(/^evt_/);
      expect(Number(ttl) - Date.now() / 1000).toBeGreaterThan(8 * 60);
      expect(Number(ttl) - Date.now() / 1000).toBeLessThan(15 * 60);
    }
  });

  it('tell of the tokens and the route of an instance that is deleted', async () => {
    const instance = await givenInstance(stores);
    const { id: instanceId, workspaceId } = instance;
    const token = newToken(instance);
    await stores.instanceTokens.create(token);
    await routes.set({ instanceId, workspaceId, address: 'http://10.64.0.1:3000', accessToken: 'x' });
    await stores.instances.delete(instanceId);
    expect(await read(tokenItemKey(token.hash))).toBeUndefined();
    expect(await read(routeItemKey(instanceId))).toBeUndefined();
    const kinds = (await readChanges()).filter((change) => change.instanceId === instanceId).map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(['route-removed', 'route-set', 'token-revoked']);
  });

  it('tell of a change that changes nothing else', async () => {
    const change = { kind: 'router-stopping', taskArn: `arn:aws:ecs:eu-central-1:123456789012:task/${randomUUID()}` } as const;
    await new DynamoChangeFeed(test.table).append(change);
    expect((await readChanges()).map((item) => changeItemSchema.parse(item))).toContainEqual(change);
  });

  it('are no route where they are sealed with another key', async () => {
    const { id: instanceId, workspaceId } = await givenInstance(stores);
    await routes.set({ instanceId, workspaceId, address: 'http://10.64.0.1:3000', accessToken: 'x' });
    const rotated = new DynamoRouteTable(test.table, createSealer({ bytes: randomBytes(32), id: randomBytes(8) }));
    expect(await rotated.get(instanceId)).toBeUndefined();
    expect((await rotated.list()).map((route) => route.instanceId)).not.toContain(instanceId);
    expect((await routes.list()).map((route) => route.instanceId)).toContain(instanceId);
  });
});
