import type { Clock, InstanceMetricStore, InstanceMetricsReader, LiveMetrics, Runtime } from '../ports.ts';

/** Metrics are stored every minute; what is older than this says nothing of the present. */
const longestAge = 3 * 60_000;

/**
 * What is known of a running instance to a process that cannot reach it: what the manager stored of it last. That is its memory, at its
 * highest within that minute.
 */
export class LastKnownMetrics implements InstanceMetricsReader {
  readonly #ports: { clock: Clock; history: Pick<InstanceMetricStore, 'read'> };

  constructor(ports: { clock: Clock; history: Pick<InstanceMetricStore, 'read'> }) {
    this.#ports = ports;
  }

  async read(_runtime: Runtime, instanceId: string): Promise<LiveMetrics | undefined> {
    const { clock, history } = this.#ports;
    const now = clock.now().getTime();
    const [from, to] = [new Date(now - longestAge).toISOString(), new Date(now).toISOString()];
    const rows = await history.read(instanceId, { step: 'minute', from, to });
    const newest = rows.findLast(({ memoryBytes }) => memoryBytes !== null);
    if (newest === undefined) return undefined;
    return { sessions: null, memoryBytes: newest.memoryBytes, uptimeSeconds: null, rateLimit: null };
  }
}
