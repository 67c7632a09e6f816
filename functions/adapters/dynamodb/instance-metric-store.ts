import type { InstanceMetricRow, InstanceMetricStore, MetricStep } from '../../ports.ts';
import { writeAll } from './batch-write.ts';
import { createMetricRowEntity, toMetricRow } from './entities/metric-row.ts';
import { day, expiresAfter } from './expiry.ts';
import { KeptDays } from './kept-days.ts';
import { withoutNulls } from './null-attributes.ts';
import { requested } from './request.ts';
import type { PlatformTable } from './table.ts';

const hour = 60 * 60;
/** As long as the API shows them: a day of minutes, a month of hours, and a little more. */
const keptSeconds: Record<MetricStep, number> = { minute: 26 * hour, hour: 32 * day };
const concurrency = 4;

/** Rows of one instance and step are one partition, sorted by time; they expire. */
export class DynamoInstanceMetricStore implements InstanceMetricStore {
  readonly #rows: ReturnType<typeof createMetricRowEntity>;
  readonly #keptDays: Record<MetricStep, KeptDays>;

  constructor(table: PlatformTable) {
    this.#rows = createMetricRowEntity(table);
    this.#keptDays = {
      minute: new KeptDays(table, 'metric-minutes', keptSeconds.minute),
      hour: new KeptDays(table, 'metric-hours', keptSeconds.hour),
    };
  }

  async put(rows: InstanceMetricRow[]): Promise<void> {
    for (const step of ['minute', 'hour'] as const) await this.#keptDays[step].note(rows.filter((row) => row.step === step));
    const items = rows.map(({ tools, ...row }) => ({
      ...withoutNulls(row),
      tools: JSON.stringify(tools),
      ttl: expiresAfter(row.time, keptSeconds[row.step]),
    }));
    await writeAll(items, keyOf, (batch) => this.#rows.put(batch).go({ concurrency }));
  }

  async read(
    instanceId: string,
    { step, from, to }: { step: MetricStep; from: string; to: string },
  ): Promise<InstanceMetricRow[]> {
    const { data } = await requested(() =>
      this.#rows.query.primary({ instanceId, step }).between({ time: from }, { time: to }).go({ pages: 'all' }),
    );
    return data.map(toMetricRow);
  }

  async prune(olderThan: Record<MetricStep, string>): Promise<number> {
    let deleted = 0;
    for (const step of ['minute', 'hour'] as const) {
      deleted += await this.#keptDays[step].prune(olderThan[step], async (instanceId, time) => {
        const { data } = await requested(() =>
          this.#rows.query
            .primary({ instanceId, step })
            .lt({ time })
            .go({ pages: 'all', attributes: ['instanceId', 'step', 'time', 'id'] }),
        );
        await writeAll(data, keyOf, (gone) => this.#rows.delete(gone).go({ concurrency }));
        return data.length;
      });
    }
    return deleted;
  }
}

function keyOf({ instanceId, step, time, id }: { instanceId: string; step: MetricStep; time: string; id: string }): string {
  return `${instanceId}#${step}#${time}#${id}`;
}
