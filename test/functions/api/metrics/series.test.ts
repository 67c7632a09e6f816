import { expect, it } from 'vitest';
import { emptyTotals } from '../../../../functions/domain/metrics/metric-totals.ts';
import type { InstanceMetricRow } from '../../../../functions/ports.ts';
import { createRunningInstance, errorsOf } from '../api-client.ts';

async function withHistory() {
  const set = await createRunningInstance();
  const { platform, api, owner, instanceId } = set;
  const row = (id: string, time: string, more: Partial<InstanceMetricRow>): InstanceMetricRow => ({
    ...emptyTotals(),
    ...{ id, instanceId, step: 'minute', time },
    ...more,
  });
  const tools = (calls: number, bucket: number) => ({ leads_list: { calls, errors: 1, latencies: { [bucket]: calls } } });
  await platform.instanceMetricHistory.put([
    row('a', '2026-11-22T07:58:00.000Z', {
      watchedSeconds: 30,
      cpuSeconds: 3,
      memoryBytes: 100,
      streams: 2,
      tools: tools(3, 20),
    }),
    row('b', '2026-11-22T07:58:00.000Z', {
      watchedSeconds: 30,
      cpuSeconds: 6,
      memoryBytes: 90,
      wakes: 2,
      wakeMilliseconds: 500,
      tools: tools(1, 60),
    }),
  ]);
  const counted = { instanceId, workspaceId: owner.workspaceId, tool: 'call_tool', minute: '2026-11-22T07:58:00.000Z' };
  const record = { ...counted, calls: 5, errors: 2, bytesIn: 10, bytesOut: 20, streamSeconds: 3 };
  await platform.usage.apply({ batchId: 'one', records: [record] });
  const read = (query = '') => api.call('GET', `/v1/instances/${instanceId}/metrics${query}`, { token: owner.token });
  return { ...set, read };
}

it('shows one point a minute of the last hour, and the tools that were called', async () => {
  const { read } = await withHistory();
  const { series } = (await read()).json;
  expect(series).toMatchObject({ from: '2026-11-22T07:00:00.000Z', to: '2026-11-22T08:00:00.000Z', step: 'minute' });
  expect(series.points).toHaveLength(60);
  expect(series.points[58]).toMatchObject({
    ...{ time: '2026-11-22T07:58:00.000Z', calls: 5, errors: 2, cpuPercent: 15, memoryBytes: 100, streams: 2 },
    ...{ restarts: 0, wakes: 2, wakeMs: 250, rateLimitRemaining: null, p50Ms: expect.any(Number) },
  });
  expect(series.points[58].p99Ms).toBeGreaterThan(series.points[58].p50Ms * 100);
  expect(series.points[59]).toMatchObject({ calls: 0, memoryBytes: null, cpuPercent: null, p50Ms: null, wakeMs: null });
  expect(series.tools).toMatchObject([{ tool: 'leads_list', calls: 4, errors: 2, p50Ms: series.points[58].p50Ms }]);
});

it('takes the mean of the streams that stayed open where the instance slept', async () => {
  const { platform, owner, instanceId, read } = await withHistory();
  const record = {
    instanceId,
    workspaceId: owner.workspaceId,
    tool: '',
    minute: '2026-11-22T07:59:00.000Z',
    calls: 0,
    errors: 0,
  };
  await platform.usage.apply({ batchId: 'two', records: [{ ...record, bytesIn: 0, bytesOut: 0, streamSeconds: 90 }] });
  const { points } = (await read()).json.series;
  expect(points[57]).toMatchObject({ streams: null, streamSeconds: 0 });
  expect(points[58]).toMatchObject({ streams: 2, streamSeconds: 3 });
  expect(points[59]).toMatchObject({ streams: 1.5, streamSeconds: 90 });
});

it('shows hours, of a month at most', async () => {
  const { read } = await withHistory();
  const { series } = (await read('?step=hour&from=2026-10-22T08:00:00Z')).json;
  expect(series.points).toHaveLength(31 * 24);
  expect(series.points.at(-1)).toMatchObject({ time: '2026-11-22T07:00:00.000Z', calls: 5 });
});

it.each([
  ['?from=2026-11-22T09:00:00Z', 'from: must be before "to"'],
  ['?from=2026-11-20T09:00:00Z', 'from: must be at most 24 hours'],
  ['?step=hour&from=2026-01-01T00:00:00Z', 'from: must be at most 31 days'],
  ['?step=day', 'step: '],
  ['?from=yesterday', 'from: '],
])('refuses %s', async (query, error) => {
  const { read } = await withHistory();
  const answer = await read(query);
  expect(answer.status).toBe(400);
  expect(errorsOf(answer)[0]?.startsWith(error)).toBe(true);
});
