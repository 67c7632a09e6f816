import { sql } from 'kysely';
import type { UsageBatch, UsageRecord } from '../../../core/usage-record.ts';
import type { UsageRow, UsageStore } from '../../ports.ts';
import { repeatable } from './connection-failure.ts';
import type { Database } from './database.ts';
import { storableText } from './storable-text.ts';

/** Rows per statement: PostgreSQL takes at most 65535 parameters, and a row has nine. */
const rowsPerInsert = 1000;
/** A client may call what it likes a tool, and one such call must not spoil a whole batch. */
const longestToolName = 200;

export class PostgresUsageStore implements UsageStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async apply(batch: UsageBatch): Promise<void> {
    const rows = countTogether(batch.records);
    await repeatable(() =>
      this.#database.transaction().execute(async (transaction) => {
        // Whoever comes second with the same batch waits here until the first has committed, and then has nothing to do.
        const { numInsertedOrUpdatedRows: isNew } = await transaction
          .insertInto('usageBatches')
          .values({ batchId: batch.batchId })
          .onConflict((conflict) => conflict.column('batchId').doNothing())
          .executeTakeFirst();
        if (isNew === 0n) return;
        for (let start = 0; start < rows.length; start += rowsPerInsert) {
          await transaction
            .insertInto('usageMinutes')
            .values(rows.slice(start, start + rowsPerInsert))
            .onConflict((conflict) =>
              conflict.columns(['instanceId', 'tool', 'minute']).doUpdateSet((column) => ({
                calls: sql<number>`${column.ref('usageMinutes.calls')} + ${column.ref('excluded.calls')}`,
                errors: sql<number>`${column.ref('usageMinutes.errors')} + ${column.ref('excluded.errors')}`,
                bytesIn: sql<number>`${column.ref('usageMinutes.bytesIn')} + ${column.ref('excluded.bytesIn')}`,
                bytesOut: sql<number>`${column.ref('usageMinutes.bytesOut')} + ${column.ref('excluded.bytesOut')}`,
                streamSeconds: sql<number>`${column.ref('usageMinutes.streamSeconds')} + ${column.ref('excluded.streamSeconds')}`,
              })),
            )
            .execute();
        }
      }),
    );
  }

  read(workspaceId: string, query: Parameters<UsageStore['read']>[1]): Promise<UsageRow[]> {
    const time = sql<string>`date_trunc(${sql.lit(query.step)}, minute, 'UTC')`;
    return repeatable(() =>
      this.#database
        .selectFrom('usageMinutes')
        .select(['instanceId', 'tool', time.as('time')])
        .select((column) => [
          sum(column.ref('calls')).as('calls'),
          sum(column.ref('errors')).as('errors'),
          sum(column.ref('bytesIn')).as('bytesIn'),
          sum(column.ref('bytesOut')).as('bytesOut'),
          sum(column.ref('streamSeconds')).as('streamSeconds'),
        ])
        .where('workspaceId', '=', workspaceId)
        .where('minute', '>=', query.from)
        .where('minute', '<', query.to)
        .$if(query.instanceId !== undefined, (rows) => rows.where('instanceId', '=', query.instanceId as string))
        .groupBy(['instanceId', 'tool', time])
        .orderBy('time')
        .orderBy('instanceId')
        .orderBy('tool')
        .$if(query.limit !== undefined, (rows) => rows.limit(query.limit as number))
        .execute(),
    );
  }
}

/** A sum of integers, as the bigint that our connections read as a number: PostgreSQL makes a numeric of a sum of bigints. */
function sum(column: Parameters<typeof sql<number>>[1]) {
  return sql<number>`sum(${column})::bigint`;
}

/**
 * One row for each instance, tool and minute, as one statement may change a row only once. In a fixed order, so that two batches at
 * once lock their common rows in the same order and never wait for each other.
 */
function countTogether(records: UsageRecord[]): Required<UsageRecord>[] {
  const rows = new Map<string, Required<UsageRecord>>();
  for (const { instanceId, workspaceId, minute, ...record } of records) {
    const tool = storableText(record.tool, longestToolName);
    const id = JSON.stringify([instanceId, tool, minute]);
    const row = rows.get(id);
    rows.set(id, {
      instanceId,
      workspaceId,
      tool,
      minute,
      calls: (row?.calls ?? 0) + record.calls,
      errors: (row?.errors ?? 0) + record.errors,
      bytesIn: (row?.bytesIn ?? 0) + (record.bytesIn ?? 0),
      bytesOut: (row?.bytesOut ?? 0) + (record.bytesOut ?? 0),
      streamSeconds: (row?.streamSeconds ?? 0) + (record.streamSeconds ?? 0),
    });
  }
  return [...rows].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
}
