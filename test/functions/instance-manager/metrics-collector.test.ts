import { beforeEach, expect, it, vi } from 'vitest';
import { MetricsCollector, type MetricsCollectorOptions } from '../../../functions/instance-manager/metrics-collector.ts';
import type { InstanceMetricRow, MetricStep, ProcessReading, RunningProcess } from '../../../functions/ports.ts';
import { InMemoryClock } from '../in-memory/clock.ts';
import { InMemoryInstanceMetricStore } from '../in-memory/instance-metric-store.ts';

const quarter = 15_000;
let clock: InMemoryClock;
let store: InMemoryInstanceMetricStore;
let running: RunningProcess[];
let incidents: string[];
/** What a process says, by its ref. */
let readings: Map<string, ProcessReading | undefined>;
let collector: MetricsCollector;

function newCollector(options: MetricsCollectorOptions = {}): MetricsCollector {
  return new MetricsCollector(
    {
      clock,
      store,
      launcher: { list: async (only) => running.filter(({ instanceId }) => only === undefined || instanceId === only) },
      reader: { readProcess: async ({ ref }) => readings.get(ref) },
      activity: { read: async () => ({ lastRequestAt: undefined, requestsInFlight: 0, streams: 4 }) },
      report: ({ message }) => void incidents.push(message),
    },
    options,
  );
}

beforeEach(() => {
  clock = new InMemoryClock('2026-11-22T08:00:10.000Z');
  store = new InMemoryInstanceMetricStore();
  running = [];
  incidents = [];
  readings = new Map();
  collector = newCollector();
});

function launch(ref: string, replica = 0): void {
  running.push({ instanceId: 'ins_1', replica, runtime: { launcher: 'child-process', ref, address: `http://127.0.0.1:${ref}` } });
}

function says(ref: string, calls: number, { uptimeSeconds = 1, cpuSeconds = 0, memoryBytes = 80 } = {}): void {
  readings.set(ref, {
    live: { sessions: 1, memoryBytes, uptimeSeconds, cpuSeconds, rateLimit: null },
    tools: calls === 0 ? {} : { leads_list: { calls, errors: 0, latencies: { 20: calls } } },
  });
}

async function kept(step: MetricStep): Promise<InstanceMetricRow[]> {
  return store.read('ins_1', { step, from: '2026-11-22T00:00:00.000Z', to: '2026-11-23T00:00:00.000Z' });
}

const callsOf = (rows: InstanceMetricRow[]) => rows.reduce((sum, row) => sum + (row.tools.leads_list?.calls ?? 0), 0);

it('keeps growth by minute and by hour, however often it reads', async () => {
  launch('1');
  for (const [calls, seconds] of [
    [3, 15],
    [3, 30],
    [10, 45],
    [12, 60],
  ] as const) {
    clock.advance(quarter);
    says('1', calls, { uptimeSeconds: seconds, cpuSeconds: seconds / 10, memoryBytes: 100 - seconds });
    await collector.collect();
  }
  const minutes = await kept('minute');
  expect(minutes.map((row) => [row.time.slice(11, 16), row.tools.leads_list?.calls])).toEqual([
    ['08:00', 10],
    ['08:01', 2],
  ]);
  expect(minutes[0]).toMatchObject({ memoryBytes: 85, streams: 4, watchedSeconds: 45 });
  expect(minutes[0]?.cpuSeconds).toBeCloseTo(4.5);
  const [hour] = await kept('hour');
  expect(hour).toMatchObject({ time: '2026-11-22T08:00:00.000Z', tools: { leads_list: { calls: 12 } }, watchedSeconds: 60 });
});

it('counts what a process began with that is younger than itself, and not what an older one had counted before', async () => {
  launch('1');
  launch('2', 1);
  clock.advance(quarter);
  says('1', 7, { uptimeSeconds: 5 });
  says('2', 1000, { uptimeSeconds: 5000, cpuSeconds: 900 });
  await collector.collect();
  expect(callsOf(await kept('minute'))).toBe(7);
  clock.advance(quarter);
  says('1', 8, { uptimeSeconds: 20 });
  says('2', 1002, { uptimeSeconds: 5015, cpuSeconds: 901 });
  await collector.collect();
  const [row] = await kept('minute');
  expect(row).toMatchObject({ tools: { leads_list: { calls: 10 } }, memoryBytes: 160, cpuSeconds: 1 });
});

it('loses nothing when a process is ended in order and another takes its place', async () => {
  launch('1');
  clock.advance(quarter);
  says('1', 5, { uptimeSeconds: 5 });
  await collector.collect();
  says('1', 9, { uptimeSeconds: 9 });
  await collector.readLast('ins_1');
  running = [];
  launch('2');
  says('2', 2, { uptimeSeconds: 3 });
  clock.advance(quarter);
  await collector.collect();
  expect(callsOf(await kept('minute'))).toBe(11);
});

it('adds to what an earlier run of the platform kept of the same hour', async () => {
  launch('1');
  clock.advance(quarter);
  says('1', 5, { uptimeSeconds: 5 });
  await collector.collect();
  running = [];
  clock.advance(quarter);
  collector = newCollector();
  launch('2');
  clock.advance(quarter);
  says('2', 3, { uptimeSeconds: 5 });
  await collector.collect();
  expect(callsOf(await kept('hour'))).toBe(8);
});

it('stores later what could not be stored, once', async () => {
  launch('1');
  store.failure = new Error('away');
  for (const calls of [2, 4, 6]) {
    clock.advance(quarter);
    says('1', calls, { uptimeSeconds: calls * 5 });
    await collector.collect();
  }
  expect(incidents).toHaveLength(1);
  store.failure = undefined;
  await collector.close();
  await collector.close();
  expect(callsOf(await kept('minute'))).toBe(6);
});

it('counts restarts and wakes, also of an instance that does not run yet', async () => {
  collector.woke('ins_1', 400);
  collector.woke('ins_1', 200);
  collector.died('ins_1');
  await collector.collect();
  expect(await kept('minute')).toMatchObject([
    { wakes: 2, wakeMilliseconds: 600, restarts: 1, watchedSeconds: 0, memoryBytes: null },
  ]);
  // Stored, and so forgotten: what comes later has a row of its own.
  collector.died('ins_1');
  await collector.collect();
  expect((await kept('minute')).map(({ restarts }) => restarts).sort()).toEqual([1, 1]);
});

it('goes on where a process does not answer', async () => {
  launch('1');
  launch('2', 1);
  says('2', 3);
  clock.advance(quarter);
  await collector.collect();
  expect([callsOf(await kept('minute')), incidents]).toEqual([3, []]);
});

it('stores whole minutes where writes cost money, once each, and the last reading of an instance that has ended', async () => {
  collector = newCollector({ storesWholeMinutes: true });
  const put = vi.spyOn(store, 'put');
  launch('1');
  for (let reading = 1; reading <= 12; reading += 1) {
    clock.advance(quarter);
    says('1', reading, { uptimeSeconds: 15 * reading });
    await collector.collect();
  }
  // 08:03:10: three minutes are over, and each was written with the row of its hour.
  expect((await kept('minute')).map((row) => [row.time.slice(11, 16), callsOf([row])])).toEqual([
    ['08:00', 3],
    ['08:01', 4],
    ['08:02', 4],
  ]);
  expect(put.mock.calls.map(([rows]) => rows.length)).toEqual([2, 2, 2]);

  says('1', 20, { uptimeSeconds: 190 });
  await collector.readLast('ins_1');
  running = [];
  clock.advance(60_000);
  await collector.collect();
  expect(callsOf(await kept('minute'))).toBe(20);
  expect(callsOf(await kept('hour'))).toBe(20);
});

it('stores at its end what is left of a minute that is not over', async () => {
  collector = newCollector({ storesWholeMinutes: true });
  launch('1');
  clock.advance(quarter);
  says('1', 5, { uptimeSeconds: 10 });
  await collector.collect();
  expect(await kept('minute')).toEqual([]);
  await collector.close();
  expect(callsOf(await kept('minute'))).toBe(5);
});
