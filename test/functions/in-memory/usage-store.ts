import type { UsageBatch, UsageRecord } from '../../../core/usage-record.ts';
import type { UsageRow, UsageStore } from '../../../functions/ports.ts';

/** How much of an ISO 8601 time names the minute, hour or day. */
const significant = { minute: 16, hour: 13, day: 10 } as const;

export class InMemoryUsageStore implements UsageStore {
  readonly #applied = new Set<string>();
  readonly #records: UsageRecord[] = [];

  async apply(batch: UsageBatch): Promise<void> {
    if (this.#applied.has(batch.batchId)) return;
    this.#applied.add(batch.batchId);
    this.#records.push(...structuredClone(batch.records));
  }

  async read(workspaceId: string, query: Parameters<UsageStore['read']>[1]): Promise<UsageRow[]> {
    const rows = new Map<string, UsageRow>();
    for (const { instanceId, tool, minute, calls, errors, workspaceId: owner } of this.#records) {
      const asked = query.instanceId === undefined || query.instanceId === instanceId;
      if (owner !== workspaceId || !asked || minute < query.from || minute >= query.to) continue;
      const time = minute.slice(0, significant[query.step]) + '0000-00-00T00:00:00.000Z'.slice(significant[query.step]);
      const row = rows.get(`${instanceId} ${tool} ${time}`) ?? { instanceId, tool, time, calls: 0, errors: 0 };
      rows.set(`${instanceId} ${tool} ${time}`, { ...row, calls: row.calls + calls, errors: row.errors + errors });
    }
    return [...rows.values()].sort((a, b) => a.time.localeCompare(b.time)).slice(0, query.limit);
  }
}
