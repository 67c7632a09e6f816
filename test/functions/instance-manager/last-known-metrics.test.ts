import { describe, expect, it } from 'vitest';
import { emptyTotals } from '../../../functions/domain/metrics/metric-totals.ts';
import { LastKnownMetrics } from '../../../functions/instance-manager/last-known-metrics.ts';
import { InMemoryInstanceMetricStore } from '../in-memory/instance-metric-store.ts';

const runtime = { launcher: 'fargate', ref: 'arn:task', address: 'http://10.0.0.1:3000' } as const;

async function readAt(time: string) {
  const history = new InMemoryInstanceMetricStore();
  const row = (id: string, minute: string, memoryBytes: number | null, instanceId = 'ins_1') => ({
    ...{ ...emptyTotals(), id, instanceId, step: 'minute' as const, time: `2026-11-22T${minute}:00.000Z`, memoryBytes },
  });
  await history.put([row('a', '08:00', 10), row('b', '08:01', 20), row('c', '08:02', null), row('d', '08:02', 99, 'ins_2')]);
  return new LastKnownMetrics({ clock: { now: () => new Date(time) }, history }).read(runtime, 'ins_1');
}

describe('what is last known of an instance', () => {
  it('is the memory that was stored last', async () => {
    expect(await readAt('2026-11-22T08:02:30.000Z')).toEqual({
      ...{ memoryBytes: 20, sessions: null, uptimeSeconds: null, rateLimit: null },
    });
  });

  it('is nothing where that is too long ago', async () => {
    expect(await readAt('2026-11-22T08:05:00.000Z')).toBeUndefined();
  });
});
