import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/**
 * The one table of scale `saas`, in the form in which ElectroDB's entities take it: `new Entity(schema, table)`.
 *
 * Every entity shares the generic keys `pk` and `sk`, and the indexes `gsi1` and `gsi2` of the same form. Entities spell their keys
 * out as templates with `casing: 'none'`, because routers read some of the items without ElectroDB (see `core/platform-table.ts`).
 * `docs/storage-schema.md` lists all keys and access patterns.
 */
export interface PlatformTable {
  client: DynamoDBClient;
  /** Name of the table. */
  table: string;
}

export function createPlatformTable(client: DynamoDBClient, tableName: string): PlatformTable {
  return { client, table: tableName };
}

/**
 * A client that fails in seconds, before its caller's own deadline: DynamoDB answers within milliseconds, so an attempt that takes
 * longer than a second is better repeated on another connection. The SDK repeats throttled and lost requests with growing pauses, and
 * transactions with the same token, so that none is applied twice.
 */
export function createDynamoClient(settings: DynamoDBClientConfig = {}): DynamoDBClient {
  return new DynamoDBClient({
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
    ...settings,
  });
}
