import { type Selectable, sql } from 'kysely';
import type { InstanceLogEntry, InstanceLogFilter, InstanceLogStore, Page, PageRequest } from '../../ports.ts';
import { repeatable } from './connection-failure.ts';
import type { Database } from './database.ts';
import { afterCursor, toPage } from './page.ts';
import type { Schema } from './schema.ts';
import { storableText } from './storable-text.ts';

/** Rows per statement: PostgreSQL takes at most 65535 parameters, and a row has ten. */
const rowsPerInsert = 1000;
/** The longest texts that an index takes and anybody needs; an instance sends shorter ones. */
const longestRequestId = 200;

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

  async list(instanceId: string, filter: InstanceLogFilter, page: PageRequest): Promise<Page<InstanceLogEntry>> {
    const { level, tool, outcome, requestId, search, from, to } = filter;
    const rows = await repeatable(() =>
      this.#database
        .selectFrom('instanceLogEntries')
        .selectAll()
        .where('instanceId', '=', instanceId)
        .where(afterCursor('time', page.cursor))
        .$if(level !== undefined, (query) => query.where('level', '=', level as InstanceLogEntry['level']))
        .$if(tool !== undefined, (query) => query.where('tool', '=', tool as string))
        .$if(outcome !== undefined, (query) => query.where('outcome', '=', outcome as string))
        .$if(requestId !== undefined, (query) => query.where('requestId', '=', requestId as string))
        .$if(search !== undefined, (query) => query.where('message', 'ilike', `%${escapePattern(search as string)}%`))
        .$if(from !== undefined, (query) => query.where('time', '>=', from as string))
        .$if(to !== undefined, (query) => query.where('time', '<', to as string))
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

  async trim(instanceId: string, most: { lines: number; bytes: number }): Promise<number> {
    // The newest line that is too much takes all older ones with it. Names and times of a line count for a hundred bytes.
    const { numAffectedRows = 0n } = await repeatable(() =>
      sql`
        with sized as (
          select time, id, row_number() over newest_first as lines,
            sum(octet_length(message) + coalesce(octet_length(arguments), 0) + 100) over newest_first as bytes
          from instance_log_entries where instance_id = ${instanceId}
          window newest_first as (order by time desc, id desc rows unbounded preceding)
        ), newest_beyond as (
          select time, id from sized where lines > ${most.lines} or bytes > ${most.bytes} order by time desc, id desc limit 1
        )
        delete from instance_log_entries entry using newest_beyond
        where entry.instance_id = ${instanceId} and (entry.time, entry.id) <= (newest_beyond.time, newest_beyond.id)`.execute(
        this.#database,
      ),
    );
    return Number(numAffectedRows);
  }
}

/** Takes the special meaning from characters of a LIKE pattern. */
function escapePattern(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

function toRow(entry: InstanceLogEntry): Selectable<Schema['instanceLogEntries']> {
  const { id, instanceId, time, level, message, tool, durationMs = null, outcome, requestId } = entry;
  const optionalText = (text: string | undefined, longest?: number) => (text === undefined ? null : storableText(text, longest));
  return {
    id,
    instanceId,
    time,
    level,
    message: storableText(message),
    tool: optionalText(tool),
    durationMs,
    outcome: optionalText(outcome),
    requestId: optionalText(requestId, longestRequestId),
    arguments: optionalText(entry.arguments),
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
    ...(row.arguments === null ? {} : { arguments: row.arguments }),
  };
}
