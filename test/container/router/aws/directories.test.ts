import { randomBytes } from 'node:crypto';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import {
  instanceDirectory,
  RouteSealBrokenError,
  routeDirectory,
  tokenDirectory,
} from '../../../../container/router/aws/directories.ts';
import { PlatformTable, UnexpectedItemError } from '../../../../container/router/aws/platform-table.ts';
import { routeTokenContext } from '../../../../core/platform-table.ts';
import { createSealer } from '../../../../core/sealer.ts';

const sealer = createSealer({ bytes: randomBytes(32), id: randomBytes(8) });
const instanceId = 'ins_1';
const address = 'http://10.64.1.2:3000';

/** A table with these items, by partition and sort key. */
function tableOf(items: Record<string, Record<string, AttributeValue>>, late: string[] = []) {
  const reads: boolean[] = [];
  const client = {
    send: async ({ input }: { input: { Key: { pk: { S: string }; sk: { S: string } }; ConsistentRead: boolean } }) => {
      reads.push(input.ConsistentRead);
      const key = `${input.Key.pk.S} ${input.Key.sk.S}`;
      return { Item: late.includes(key) && !input.ConsistentRead ? undefined : items[key] };
    },
  };
  return { table: new PlatformTable(client as unknown as DynamoDBClient, 'table'), reads };
}

const route = (sealedAccessToken: Buffer): Record<string, AttributeValue> => ({
  instanceId: { S: instanceId },
  workspaceId: { S: 'ws_1' },
  address: { S: address },
  sealedAccessToken: { B: sealedAccessToken },
});

it('a token is looked for at the lower price first, and again where it was made a moment ago', async () => {
  const item = { id: { S: 'tok_1' }, instanceId: { S: instanceId }, workspaceId: { S: 'ws_1' }, expiresAt: { NULL: true } };
  const known = tableOf({ 'token#abc token': item });
  const expected = { id: 'tok_1', instanceId, workspaceId: 'ws_1', expiresAt: null };
  expect(await tokenDirectory(known.table).findByHash('abc')).toEqual(expected);
  expect(known.reads).toEqual([false]);
  const fresh = tableOf({ 'token#abc token': item }, ['token#abc token']);
  expect(await tokenDirectory(fresh.table).findByHash('abc')).toEqual(expected);
  expect(await tokenDirectory(fresh.table).findByHash('unknown')).toBeUndefined();
  expect(fresh.reads).toEqual([false, true, false, true]);
});

it('a route is read with its replicas, each token in its own context', async () => {
  const replica = 'http://10.64.1.3:3000';
  const item: Record<string, AttributeValue> = {
    ...route(sealer.seal(routeTokenContext(instanceId, address), 'one')),
    replicas: {
      L: [
        { M: { address: { S: replica }, sealedAccessToken: { B: sealer.seal(routeTokenContext(instanceId, replica), 'two') } } },
      ],
    },
    __edb_e__: { S: 'route' },
    mode: { S: 'sse' },
    shard: { N: '7' },
  };
  const { table, reads } = tableOf({ [`instance#${instanceId} route`]: item });
  expect(await routeDirectory(table, sealer).get(instanceId)).toEqual({
    instanceId,
    workspaceId: 'ws_1',
    address,
    accessToken: 'one',
    mode: 'sse',
    replicas: [{ address: replica, accessToken: 'two' }],
  });
  expect(await routeDirectory(table, sealer).get('ins_2')).toBeUndefined();
  expect(reads).toEqual([true, true]);
});

it.each([
  ['another instance', sealer.seal(routeTokenContext('ins_2', address), 'secret')],
  ['another address', sealer.seal(routeTokenContext(instanceId, 'http://10.64.1.9:3000'), 'secret')],
  [
    'another secret',
    createSealer({ bytes: randomBytes(32), id: randomBytes(8) }).seal(routeTokenContext(instanceId, address), 'secret'),
  ],
])('a token that was sealed for %s is a fault of ours and no missing route', async (_, sealed) => {
  const { table } = tableOf({ [`instance#${instanceId} route`]: route(sealed) });
  await expect(routeDirectory(table, sealer).get(instanceId)).rejects.toThrow(RouteSealBrokenError);
});

it('an instance that is being deleted is none', async () => {
  const item = {
    ...{ id: { S: instanceId }, workspaceId: { S: 'ws_1' }, mode: { S: 'both' }, status: { S: 'sleeping' } },
    ...{ statusReason: { S: 'It sleeps.' }, nextStep: { NULL: true as const }, desiredState: { S: 'running' } },
  };
  const { table } = tableOf({ [`instance#${instanceId} instance`]: item });
  expect(await instanceDirectory(table).describe(instanceId)).toEqual({
    ...{ status: 'sleeping', statusReason: 'It sleeps.', nextStep: null, mode: 'both' },
  });
  const deleted = tableOf({ [`instance#${instanceId} instance`]: { ...item, desiredState: { S: 'deleted' } } });
  expect(await instanceDirectory(deleted.table).describe(instanceId)).toBeUndefined();
});

it('an item of another form is refused by the names of its attributes, never by their values', async () => {
  const { table } = tableOf({ 'token#abc token': { id: { N: '424242' }, instanceId: { S: 'ins_1' } } });
  const read = async () => tokenDirectory(table).findByHash('abc');
  const failure = await read().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UnexpectedItemError);
  expect(String(failure)).toContain('workspaceId');
  expect(String(failure)).not.toContain('424242');
});
