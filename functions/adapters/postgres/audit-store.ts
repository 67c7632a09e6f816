import type { AuditEntry, AuditStore, Page, PageRequest } from '../../ports.ts';
import { repeatable } from './connection-failure.ts';
import type { Database } from './database.ts';
import { afterCursor, toPage } from './page.ts';

/** Append-only in the database too: a trigger refuses to change, delete or truncate. */
export class PostgresAuditStore implements AuditStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async append(entry: AuditEntry): Promise<void> {
    const { id, workspaceId, time, actor, action, target, address, outcome, details } = entry;
    await repeatable(() =>
      this.#database
        .insertInto('auditEntries')
        .values({ id, workspaceId, time, actor, action, target, address, outcome, details: JSON.stringify(details) })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute(),
    );
  }

  async list(
    workspaceId: string,
    filter: { action?: string | undefined; target?: string | undefined },
    page: PageRequest,
  ): Promise<Page<AuditEntry>> {
    const { action, target } = filter;
    const rows = await repeatable(() =>
      this.#database
        .selectFrom('auditEntries')
        .selectAll()
        .where('workspaceId', '=', workspaceId)
        .where(afterCursor('time', page.cursor))
        .$if(action !== undefined, (query) => query.where('action', '=', action as string))
        .$if(target !== undefined, (query) => query.where('target', '=', target as string))
        .orderBy('time', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute(),
    );
    return toPage(rows, page, (entry) => entry.time);
  }
}
