import { repeatable } from './connection-failure.ts';
import type { Database } from './database.ts';

/** Deletes sessions and remembered answers that nobody can use any more. To be called from time to time; answers how many went. */
export async function deleteExpiredRows(database: Database, now: string): Promise<number> {
  let deleted = 0n;
  for (const table of ['refreshSessions', 'idempotencyKeys'] as const) {
    const { numDeletedRows } = await repeatable(() =>
      database.deleteFrom(table).where('expiresAt', '<=', now).executeTakeFirst(),
    );
    deleted += numDeletedRows;
  }
  return Number(deleted);
}
