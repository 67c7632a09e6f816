import { type DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { z } from 'zod';
import type { ItemKey } from '../../../core/platform-table.ts';
import { plainItem } from './attribute-values.ts';

/** An item is not what `core/platform-table.ts` says: control plane and router are of versions that do not fit. Names no value. */
export class UnexpectedItemError extends Error {
  override readonly name = 'UnexpectedItemError';
}

/** The router's view of the one table: single items by their key, and the items of one partition in their order. */
export class PlatformTable {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /**
   * The item, `undefined` where there is none. Rejects where the table is away, and with {@link UnexpectedItemError}.
   * @param isConsistent Whether everything that was written before counts; otherwise the answer may be about a second old, at half the
   *   price (DynamoDB Developer Guide, "Read consistency").
   */
  async get<Item>({ pk, sk }: ItemKey, schema: z.ZodType<Item>, isConsistent: boolean): Promise<Item | undefined> {
    const { Item: item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#tableName, Key: { pk: { S: pk }, sk: { S: sk } }, ConsistentRead: isConsistent }),
    );
    if (item === undefined) return undefined;
    const parsed = schema.safeParse(plainItem(item));
    if (parsed.success) return parsed.data;
    const names = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
    throw new UnexpectedItemError(
      `an item of the kind "${sk}" is not as expected (${names}); deploy control plane and router anew`,
    );
  }

  /** The items of a partition whose sort key is greater, in the order of their sort keys. */
  async *itemsAfter(pk: string, sk: string): AsyncGenerator<Record<string, unknown> & { sk: string }> {
    let next: QueryCommand['input']['ExclusiveStartKey'];
    do {
      const page = await this.#client.send(
        new QueryCommand({
          TableName: this.#tableName,
          KeyConditionExpression: 'pk = :pk AND sk > :sk',
          ExpressionAttributeValues: { ':pk': { S: pk }, ':sk': { S: sk } },
          ExclusiveStartKey: next,
        }),
      );
      for (const item of page.Items ?? []) yield { ...plainItem(item), sk: item.sk?.S ?? '' };
      next = page.LastEvaluatedKey;
    } while (next !== undefined);
  }
}
