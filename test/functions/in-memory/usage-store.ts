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
    for (const record of this.#records) {
      const { instanceId, tool, minute, workspaceId: owner } = record;
      const asked = query.instanceId === undefined || query.instanceId === instanceId;
      if (owner !== workspaceId || !asked || minute < query.from || minute >= query.to) continue;
      const time = minute.slice(0, significant[query.step]) + '0000-00-00T00:00:00.000Z'.slice(significant[query.step]);
      const row = rows.get(`${instanceId} ${tool} ${time}`);
      rows.set(`${instanceId} ${tool} ${time}`, {
        instanceId,
        tool,
        time,
        calls: (row?.calls ?? 0) + record.calls,
        errors: (row?.errors ?? 0) + record.errors,
        bytesIn: (row?.bytesIn ?? 0) + (record.bytesIn ?? 0),
        bytesOut: (row?.bytesOut ?? 0) + (record.bytesOut ?? 0),
        streamSeconds: (row?.streamSeconds ?? 0) + (record.streamSeconds ?? 0),
      });
    }
    return [...rows.values()].sort((a, b) => a.time.localeCompare(b.time)).slice(0, query.limit);
  }
}
