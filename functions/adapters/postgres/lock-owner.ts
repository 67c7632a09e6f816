import type { Transaction } from 'kysely';
import type { Schema } from './schema.ts';

/**
 * Lets those who add something to a workspace do it one after the other until the transaction ends, so that each can count what is
 * there. Whoever only refers to the workspace does not wait.
 */
export async function lockWorkspace(transaction: Transaction<Schema>, workspaceId: string): Promise<void> {
  await transaction.selectFrom('workspaces').select('id').where('id', '=', workspaceId).forNoKeyUpdate().execute();
}

/** The same for what is added to an instance. Answers whether it exists. */
export async function lockInstance(transaction: Transaction<Schema>, instanceId: string): Promise<boolean> {
  const instance = await transaction
    .selectFrom('instances')
    .select('id')
    .where('id', '=', instanceId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return instance !== undefined;
}
