import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Counters, growthOf, noCounters } from '../../../../functions/domain/metrics/counter-growth.ts';
import { addTools } from '../../../../functions/domain/metrics/metric-totals.ts';
import type { ToolCounts } from '../../../../functions/ports.ts';

const call = fc.record({ tool: fc.constantFrom('a', 'b', 'constructor'), bucket: fc.nat({ max: 3 }), failed: fc.boolean() });
const step = fc.oneof(
  { weight: 6, arbitrary: call },
  { weight: 2, arbitrary: fc.constant('read' as const) },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
);

it('adds up to every call that was counted before a reading, however often the process begins anew', () =>
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let now: Counters = { uptimeSeconds: 0, cpuSeconds: 0, tools: {} };
      let read: Counters = noCounters;
      let unread: Record<string, ToolCounts> = {};
      const kept: Record<string, ToolCounts> = {};
      const expected: Record<string, ToolCounts> = {};
      let cpuSeconds = 0;
      for (const each of [...steps, 'read' as const]) {
        now.uptimeSeconds = (now.uptimeSeconds ?? 0) + 1;
        if (each === 'restart') {
          // What nobody read before the end is gone with the process.
          now = { uptimeSeconds: 0, cpuSeconds: 0, tools: {} };
          unread = {};
        }
        if (each === 'restart' || each === 'read') {
          const growth = growthOf(read, now);
          addTools(kept, growth.tools);
          cpuSeconds += growth.cpuSeconds;
          addTools(expected, unread);
          unread = {};
          read = structuredClone(now);
        } else {
          const added = { [each.tool]: { calls: 1, errors: each.failed ? 1 : 0, latencies: { [each.bucket]: 1 } } };
          addTools(now.tools, added);
          addTools(unread, added);
          now.cpuSeconds += 0.5;
        }
      }
      expect(kept).toEqual(expected);
      expect(cpuSeconds).toBeGreaterThanOrEqual(0);
    }),
  ));

it('is nothing where the same reading comes twice', () => {
  const counters: Counters = { uptimeSeconds: 5, cpuSeconds: 2, tools: { a: { calls: 3, errors: 1, latencies: { 4: 3 } } } };
  expect(growthOf(counters, counters)).toEqual({ cpuSeconds: 0, tools: {} });
});

it('notices a process that begins anew by its uptime alone, by its counters alone, and by a lost tool', () => {
  const tools = { a: { calls: 3, errors: 1, latencies: { 4: 3 } } };
  const more = { a: { calls: 5, errors: 1, latencies: { 4: 5 } } };
  const before: Counters = { uptimeSeconds: 50, cpuSeconds: 2, tools };
  expect(growthOf(before, { uptimeSeconds: 5, cpuSeconds: 9, tools: more })).toEqual({ cpuSeconds: 9, tools: more });
  expect(growthOf({ ...before, uptimeSeconds: null }, { uptimeSeconds: null, cpuSeconds: 1, tools: more }).tools).toEqual(more);
  const other = { b: { calls: 1, errors: 0, latencies: { 1: 1 } } };
  expect(growthOf(before, { uptimeSeconds: 60, cpuSeconds: 3, tools: other })).toEqual({ cpuSeconds: 3, tools: other });
});
