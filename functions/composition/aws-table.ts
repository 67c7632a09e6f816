import { createDynamoClient, createPlatformTable, type PlatformTable } from '../adapters/dynamodb/table.ts';

/** The one table, as the environment names it. */
export function platformTable({ TABLE_NAME }: { TABLE_NAME: string }): PlatformTable {
  return createPlatformTable(createDynamoClient(), TABLE_NAME);
}
