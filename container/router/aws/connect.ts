import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { KeyRing } from '../../../core/key-ring.ts';
import { createSealer, type SealingKey } from '../../../core/sealer.ts';
import type { RouterOptions } from '../options.ts';
import { instanceDirectory, routeDirectory, tokenDirectory } from './directories.ts';
import { QueueWaker, routerEvents } from './platform-messages.ts';
import { PlatformTable } from './platform-table.ts';
import { Queue } from './queue.ts';
import { usageQueue } from './usage-queue.ts';

export interface AwsConnectionOptions {
  tableName: string;
  managerQueueUrl: string;
  usageQueueUrl: string;
  sealingKeys: KeyRing<SealingKey>;
}

export interface AwsConnection {
  ports: Required<Pick<RouterOptions, 'tokens' | 'routes' | 'instances' | 'usage' | 'events' | 'waker'>>;
  table: PlatformTable;
  close(): void;
}

/**
 * DynamoDB answers in milliseconds; who waits longer than this has lost a connection. By default the SDK waits for ever, and has fifty
 * connections, which is too few for a moment in which all that is remembered is too old.
 */
const requestHandler = {
  connectionTimeout: 1_000,
  requestTimeout: 2_000,
  throwOnRequestTimeout: true,
  httpsAgent: { keepAlive: true, maxSockets: 256 },
} satisfies DynamoDBClientConfig['requestHandler'];

/** The platform of scale `saas`, as the router needs it. Region and credentials come from the environment, as the SDK reads it. */
export function connectToAws({ tableName, managerQueueUrl, usageQueueUrl, sealingKeys }: AwsConnectionOptions): AwsConnection {
  // Those who wait try again themselves.
  const dynamodb = new DynamoDBClient({ maxAttempts: 2, requestHandler });
  const sqs = new SQSClient({ maxAttempts: 3, requestHandler });
  const table = new PlatformTable(dynamodb, tableName);
  const manager = new Queue(sqs, managerQueueUrl);
  return {
    ports: {
      tokens: tokenDirectory(table),
      routes: routeDirectory(table, createSealer(sealingKeys.current, sealingKeys.others)),
      instances: instanceDirectory(table),
      usage: usageQueue(new Queue(sqs, usageQueueUrl)),
      events: routerEvents(manager),
      waker: new QueueWaker(manager),
    },
    table,
    close: () => {
      dynamodb.destroy();
      sqs.destroy();
    },
  };
}
