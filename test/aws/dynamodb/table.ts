import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { createDynamoClient, createPlatformTable, type PlatformTable } from '../../../functions/adapters/dynamodb/table.ts';
import { tableSettings } from '../emulator.ts';

export interface TestTable {
  table: PlatformTable;
  drop(): Promise<void>;
}

const keyAttributes = ['pk', 'sk', 'gsi1pk', 'gsi1sk', 'gsi2pk', 'gsi2sk'];
const keySchema = (prefix: string) => [
  { AttributeName: `${prefix}pk`, KeyType: 'HASH' as const },
  { AttributeName: `${prefix}sk`, KeyType: 'RANGE' as const },
];

const patient = { requestTimeout: 20_000, socketAcquisitionWarningTimeout: 60_000 };

/** Makes an empty table with the keys and indexes of `infra/constructs/platform-table.ts` in the emulator, with a name of its own. */
export async function createTestTable(): Promise<TestTable> {
  const client = createDynamoClient({ ...tableSettings(), requestHandler: patient });
  const TableName = `test-${randomUUID()}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keyAttributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
      KeySchema: keySchema(''),
      GlobalSecondaryIndexes: ['gsi1', 'gsi2'].map((IndexName) => ({
        IndexName,
        KeySchema: keySchema(IndexName),
        Projection: { ProjectionType: 'ALL' as const },
      })),
    }),
  );
  return {
    table: createPlatformTable(client, TableName),
    async drop() {
      await client.send(new DeleteTableCommand({ TableName }));
      client.destroy();
    },
  };
}
