import type { Insertable } from 'kysely';
import type { InstanceMetricRow, InstanceMetricStore, MetricStep } from '../../ports.ts';
import { repeatable } from './connection-failure.ts';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';

/** Rows per statement: PostgreSQL takes at most 65535 parameters, and a row has thirteen. */
const rowsPerInsert = 1000;

export class PostgresInstanceMetricStore implements InstanceMetricStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async put(rows: InstanceMetricRow[]): Promise<void> {
    // One statement may change a row only once, and in a fixed order two writers never wait for each other.
    const distinct = [...new Map(rows.map((row) => [row.id, row])).values()].sort((one, other) => (one.id < other.id ? -1 : 1));
    for (let start = 0; start < distinct.length; start += rowsPerInsert) {
      const values = distinct.slice(start, start + rowsPerInsert).map(toStored);
      await repeatable(() =>
        this.#database
          .insertInto('instanceMetrics')
          .values(values)
          .onConflict((conflict) =>
            conflict.columns(['instanceId', 'step', 'time', 'id']).doUpdateSet(({ ref }) => ({
              watchedSeconds: ref('excluded.watchedSeconds'),
              cpuSeconds: ref('excluded.cpuSeconds'),
              memoryBytes: ref('excluded.memoryBytes'),
              streams: ref('excluded.streams'),
              restarts: ref('excluded.restarts'),
              wakes: ref('excluded.wakes'),
              wakeMilliseconds: ref('excluded.wakeMilliseconds'),
              rateLimitRemaining: ref('excluded.rateLimitRemaining'),
              tools: ref('excluded.tools'),
            })),
          )
          .execute(),
      );
    }
  }

  read(instanceId: string, { step, from, to }: { step: MetricStep; from: string; to: string }): Promise<InstanceMetricRow[]> {
    return repeatable(() =>
      this.#database
        .selectFrom('instanceMetrics')
        .selectAll()
        .where('instanceId', '=', instanceId)
        .where('step', '=', step)
        .where('time', '>=', from)
        .where('time', '<', to)
        .orderBy('time')
        .orderBy('id')
        .execute(),
    );
  }

  async prune(olderThan: Record<MetricStep, string>): Promise<number> {
    let deleted = 0;
    for (const [step, time] of Object.entries(olderThan)) {
      const { numDeletedRows } = await repeatable(() =>
        this.#database
          .deleteFrom('instanceMetrics')
          .where('step', '=', step as MetricStep)
          .where('time', '<', time)
          .executeTakeFirst(),
      );
      deleted += Number(numDeletedRows);
    }
    return deleted;
  }
}

function toStored({ tools, ...row }: InstanceMetricRow): Insertable<Schema['instanceMetrics']> {
  return { ...row, tools: JSON.stringify(tools) };
}
