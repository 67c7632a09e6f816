import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { type AttributeValue, CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createBearerToken, hashBearerToken } from '../../../core/bearer-token.ts';
import { dataPlaneKeys } from '../../../core/data-plane-keys.ts';
import { createIdentifier } from '../../../core/identifiers.ts';
import type { InstanceStatus } from '../../../core/instance-status.ts';
import { type Change, type ItemKey, instanceItemKey, tokenItemKey } from '../../../core/platform-table.ts';
import { createSealer } from '../../../core/sealer.ts';
import { changeItem } from '../../../functions/adapters/dynamodb/change-feed.ts';
import { createChangeEntity } from '../../../functions/adapters/dynamodb/entities/change.ts';
import { DynamoRouteTable } from '../../../functions/adapters/dynamodb/route-table.ts';
import { createPlatformTable } from '../../../functions/adapters/dynamodb/table.ts';
import { emulatorSettings, tableSettings } from '../emulator.ts';

export const dataPlaneSecret = `canary-secret-${randomUUID()}`;

/** What the control plane of scale `saas` keeps where routers look: a table and two queues of their own. */
export async function createPlatform() {
  const dynamodb = new DynamoDBClient(tableSettings());
  const sqs = new SQSClient(emulatorSettings());
  const name = `router-${randomUUID()}`;
  await dynamodb.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  const createQueue = async (purpose: string) =>
    (await sqs.send(new CreateQueueCommand({ QueueName: `${name}-${purpose}` }))).QueueUrl ?? '';
  const managerQueueUrl = await createQueue('manager');
  const usageQueueUrl = await createQueue('usage');
  const table = await startProxy(new URL(tableSettings().endpoint));

  const put = (key: ItemKey, item: Record<string, AttributeValue>) =>
    dynamodb.send(new PutItemCommand({ TableName: name, Item: { pk: { S: key.pk }, sk: { S: key.sk }, ...item } }));
  const platformTable = createPlatformTable(dynamodb, name);
  const routes = new DynamoRouteTable(platformTable, createSealer(dataPlaneKeys(dataPlaneSecret).sealing.current));
  const changes = createChangeEntity(platformTable);

  return {
    /** The connection of routers to the table, which can be cut. */
    table,
    /** What a router is told by its task definition. */
    environment: {
      ...{ STAGE: 'test', TABLE_NAME: name, MANAGER_QUEUE_URL: managerQueueUrl, USAGE_QUEUE_URL: usageQueueUrl },
      ...{ DATA_PLANE_SECRET: dataPlaneSecret, PUBLIC_URL: 'http://mcp.example.com' },
      ...{ AWS_ENDPOINT_URL: emulatorSettings().endpoint, AWS_ENDPOINT_URL_DYNAMODB: table.url },
      ...{ AWS_REGION: emulatorSettings().region, AWS_ACCESS_KEY_ID: 'emulated', AWS_SECRET_ACCESS_KEY: 'emulated' },
    },
    async change(what: Change) {
      await changes.put(changeItem(what)).go();
    },
    async putToken(instanceId: string, workspaceId: string) {
      const token = createBearerToken('instance');
      const tokenId = createIdentifier('token');
      const item = {
        id: { S: tokenId },
        instanceId: { S: instanceId },
        workspaceId: { S: workspaceId },
        expiresAt: { NULL: true },
      };
      await put(tokenItemKey(hashBearerToken(token)), item as Record<string, AttributeValue>);
      return { token, tokenId };
    },
    async putInstance(instanceId: string, workspaceId: string, status: InstanceStatus) {
      await put(instanceItemKey(instanceId), {
        ...{ id: { S: instanceId }, workspaceId: { S: workspaceId }, mode: { S: 'both' }, status: { S: status } },
        ...{ statusReason: { S: '' }, nextStep: { NULL: true }, desiredState: { S: 'running' } },
      } as Record<string, AttributeValue>);
    },
    /** Where instances run, as the control plane writes it. */
    routes,
    /** Takes what is in the queue of the Instance Manager, or of usage. */
    async take(queue: 'manager' | 'usage'): Promise<Record<string, unknown>[]> {
      const QueueUrl = queue === 'manager' ? managerQueueUrl : usageQueueUrl;
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      return Messages.map(({ Body = '' }) => JSON.parse(Body));
    },
    async close() {
      await table.close();
      dynamodb.destroy();
      sqs.destroy();
    },
  };
}

export type PlatformFixture = Awaited<ReturnType<typeof createPlatform>>;

/** Passes connections on to the emulator, and cuts them while `isAway`. */
async function startProxy({ hostname, port }: URL) {
  const sockets = new Set<Socket>();
  let isAway = false;
  const server = createServer((client) => {
    if (isAway) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(port), hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    goAway() {
      isAway = true;
      cut();
    },
    comeBack() {
      isAway = false;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}
