import type { Selectable } from 'kysely';
import type { InstanceLogEntry, InstanceLogStore, Page, PageRequest } from '../../ports.ts';
import { repeatable } from './connection-failure.ts';
import type { Database } from './database.ts';
import { afterCursor, toPage } from './page.ts';
import type { Schema } from './schema.ts';
import { storableText } from './storable-text.ts';

/** Rows per statement: PostgreSQL takes at most 65535 parameters, and a row has nine. */
const rowsPerInsert = 1000;

export class PostgresInstanceLogStore implements InstanceLogStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async append(entries: InstanceLogEntry[]): Promise<void> {
    for (let start = 0; start < entries.length; start += rowsPerInsert) {
      const rows = entries.slice(start, start + rowsPerInsert).map(toRow);
      await repeatable(() =>
        this.#database
          .insertInto('instanceLogEntries')
          .values(rows)
          .onConflict((conflict) => conflict.column('id').doNothing())
          .execute(),
      );
    }
  }

  async list(
    instanceId: string,
    filter: { level?: string | undefined; tool?: string | undefined; search?: string | undefined },
    page: PageRequest,
  ): Promise<Page<InstanceLogEntry>> {
    const { level, tool, search } = filter;
    const rows = await repeatable(() =>
      this.#database
        .selectFrom('instanceLogEntries')
        .selectAll()
        .where('instanceId', '=', instanceId)
        .where(afterCursor('time', page.cursor))
        .$if(level !== undefined, (query) => query.where('level', '=', level as InstanceLogEntry['level']))
        .$if(tool !== undefined, (query) => query.where('tool', '=', tool as string))
        .$if(search !== undefined, (query) => query.where('message', 'ilike', `%${escapePattern(search as string)}%`))
        .orderBy('time', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute(),
    );
    return toPage(rows.map(toEntry), page, (entry) => entry.time);
  }

  async prune(olderThan: string): Promise<number> {
    const { numDeletedRows } = await this.#database
      .deleteFrom('instanceLogEntries')
      .where('time', '<', olderThan)
      .executeTakeFirst();
    return Number(numDeletedRows);
  }
}

/** Takes the special meaning from characters of a LIKE pattern. */
function escapePattern(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

function toRow(entry: InstanceLogEntry): Selectable<Schema['instanceLogEntries']> {
  const { id, instanceId, time, level, message, tool, durationMs = null, outcome, requestId } = entry;
  const optionalText = (text: string | undefined) => (text === undefined ? null : storableText(text));
  return {
    id,
    instanceId,
    time,
    level,
    message: storableText(message),
    tool: optionalText(tool),
    durationMs,
    outcome: optionalText(outcome),
    requestId: optionalText(requestId),
  };
}

function toEntry({ id, instanceId, time, level, message, ...row }: Selectable<Schema['instanceLogEntries']>): InstanceLogEntry {
  return {
    id,
    instanceId,
    time,
    level,
    message,
    ...(row.tool === null ? {} : { tool: row.tool }),
    ...(row.durationMs === null ? {} : { durationMs: row.durationMs }),
    ...(row.outcome === null ? {} : { outcome: row.outcome }),
    ...(row.requestId === null ? {} : { requestId: row.requestId }),
  };
}
