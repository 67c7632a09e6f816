import type { InstanceMetricTotals, ToolCounts } from '../../ports.ts';
import { addLatencies } from './latency-histogram.ts';

/** Nothing counted yet. */
export function emptyTotals(): InstanceMetricTotals {
  return {
    watchedSeconds: 0,
    cpuSeconds: 0,
    memoryBytes: null,
    streams: null,
    restarts: 0,
    wakes: 0,
    wakeMilliseconds: 0,
    rateLimitRemaining: null,
    tools: {},
  };
}

/** Adds what was counted elsewhere or later, in place. */
export function addTotals(into: InstanceMetricTotals, added: InstanceMetricTotals): void {
  into.watchedSeconds += added.watchedSeconds;
  into.cpuSeconds += added.cpuSeconds;
  into.memoryBytes = ofBoth(Math.max, into.memoryBytes, added.memoryBytes);
  into.streams = ofBoth(Math.max, into.streams, added.streams);
  into.restarts += added.restarts;
  into.wakes += added.wakes;
  into.wakeMilliseconds += added.wakeMilliseconds;
  into.rateLimitRemaining = ofBoth(Math.min, into.rateLimitRemaining, added.rateLimitRemaining);
  addTools(into.tools, added.tools);
}

/** Adds the calls of tools, in place. */
export function addTools(into: Record<string, ToolCounts>, added: Record<string, ToolCounts>): void {
  for (const [tool, { calls, errors, latencies }] of Object.entries(added)) {
    // A tool may be called like something that every object has.
    const counts = (Object.hasOwn(into, tool) ? into[tool] : undefined) ?? { calls: 0, errors: 0, latencies: {} };
    into[tool] = counts;
    counts.calls += calls;
    counts.errors += errors;
    addLatencies(counts.latencies, latencies);
  }
}

function ofBoth(choose: (one: number, other: number) => number, one: number | null, other: number | null): number | null {
  if (one === null) return other;
  return other === null ? one : choose(one, other);
}
