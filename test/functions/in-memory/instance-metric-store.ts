import type { InstanceMetricRow, InstanceMetricStore, MetricStep } from '../../../functions/ports.ts';

export class InMemoryInstanceMetricStore implements InstanceMetricStore {
  /** What the next calls of `put` fail with. */
  failure: Error | undefined;
  readonly #rows = new Map<string, InstanceMetricRow>();

  async put(rows: InstanceMetricRow[]): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    for (const row of structuredClone(rows)) this.#rows.set(`${row.instanceId} ${row.step} ${row.time} ${row.id}`, row);
  }

  async read(
    instanceId: string,
    { step, from, to }: { step: MetricStep; from: string; to: string },
  ): Promise<InstanceMetricRow[]> {
    const rows = [...this.#rows.values()].filter(
      (row) => row.instanceId === instanceId && row.step === step && row.time >= from && row.time < to,
    );
    return structuredClone(rows).sort((one, other) => (one.time + one.id < other.time + other.id ? -1 : 1));
  }

  async prune(olderThan: Record<MetricStep, string>): Promise<number> {
    const old = [...this.#rows].filter(([, row]) => row.time < olderThan[row.step]);
    for (const [name] of old) this.#rows.delete(name);
    return old.length;
  }
}
