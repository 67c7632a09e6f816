import { describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import { emptyTotals } from '../../../../functions/domain/metrics/metric-totals.ts';
import type { InstanceMetricRow } from '../../../../functions/ports.ts';
import { type OpenStores, useStores } from './stores.ts';

export function instanceMetricStoreContract(open: OpenStores): void {
  describe('instance metric store', () => {
    const stores = useStores(open);
    const minute = (number: number) => `2026-11-22T12:0${number}:00.000Z`;
    const newRow = (instanceId: string, overrides: Partial<InstanceMetricRow> = {}): InstanceMetricRow => ({
      ...emptyTotals(),
      ...{ id: createIdentifier('batch'), instanceId, step: 'minute', time: minute(0) },
      ...overrides,
    });
    const hour = { from: minute(0), to: '2026-11-22T13:00:00.000Z' };

    it('reads what was put, oldest first, its end excluded, and of this instance and step alone', async () => {
      const instanceId = createIdentifier('instance');
      const full = newRow(instanceId, {
        ...{ time: minute(1), watchedSeconds: 59.5, cpuSeconds: 0.25, memoryBytes: 81_000_000_000, streams: 3, restarts: 1 },
        ...{ wakes: 2, wakeMilliseconds: 410.5, rateLimitRemaining: 7 },
        tools: { leads_list: { calls: 3, errors: 1, latencies: { 4: 2, 60: 1 } } },
      });
      const empty = newRow(instanceId);
      await stores().instanceMetrics.put([
        full,
        empty,
        newRow(instanceId, { time: minute(2) }),
        newRow(instanceId, { step: 'hour' }),
        newRow(createIdentifier('instance')),
      ]);
      const rows = await stores().instanceMetrics.read(instanceId, { step: 'minute', from: minute(0), to: minute(2) });
      expect(rows).toEqual([empty, full]);
    });

    it('puts a row in the place of the one with its id, so that putting again changes nothing', async () => {
      const instanceId = createIdentifier('instance');
      const row = newRow(instanceId, { cpuSeconds: 1 });
      const grown = { ...row, cpuSeconds: 2, tools: { a: { calls: 1, errors: 0, latencies: {} } } };
      await stores().instanceMetrics.put([row]);
      await stores().instanceMetrics.put([grown]);
      await stores().instanceMetrics.put([grown]);
      const beside = newRow(instanceId, { cpuSeconds: 5 });
      await stores().instanceMetrics.put([beside]);
      await stores().instanceMetrics.put([]);
      const rows = await stores().instanceMetrics.read(instanceId, { step: 'minute', ...hour });
      expect(rows.map(({ cpuSeconds }) => cpuSeconds)).toEqual([2, 5]);
    });

    it('takes many rows at once', async () => {
      const rows = Array.from({ length: 2500 }, () => newRow(createIdentifier('instance')));
      await stores().instanceMetrics.put(rows);
    });

    it('prunes each step by its own age', async () => {
      const instanceId = createIdentifier('instance');
      const old = { time: '2025-01-01T00:00:00.000Z' };
      await stores().instanceMetrics.put([
        newRow(instanceId, old),
        newRow(instanceId, { ...old, step: 'hour' }),
        newRow(instanceId),
      ]);
      const before = { minute: '2025-01-02T00:00:00.000Z', hour: '2024-12-31T00:00:00.000Z' };
      expect(await stores().instanceMetrics.prune(before)).toBe(1);
      expect(await stores().instanceMetrics.read(instanceId, { step: 'hour', from: old.time, to: hour.to })).toHaveLength(1);
    });
  });
}
