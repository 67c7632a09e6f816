import { type Counters, growthOf, noCounters } from '../domain/metrics/counter-growth.ts';
import { addLatencies, latencyQuantile } from '../domain/metrics/latency-histogram.ts';
import { addTools } from '../domain/metrics/metric-totals.ts';
import type { Load } from '../domain/scaling.ts';
import type { InstanceActivity, LatencyHistogram, ProcessReading, ToolCounts } from '../ports.ts';

/** One reading of each process of an instance, by what the launcher calls the process. */
export interface LoadReading {
  /** When, in milliseconds since 1970. */
  at: number;
  processes: ReadonlyMap<string, ProcessReading>;
  /** At the doors, where that is known. */
  activity: InstanceActivity | undefined;
}

/**
 * What an instance had to do between two readings. What only grows is counted from the earlier reading of the same process, or from
 * its beginning where it was launched in between; of one that was not read before, nothing is known. A window without length, or
 * without processes, tells nothing.
 */
export function loadBetween(before: LoadReading, now: LoadReading): Omit<Load, 'outOfMemoryEnds'> {
  const seconds = (now.at - before.at) / 1000;
  const grown = seconds > 0 ? growthOfProcesses(before, now, seconds) : undefined;
  const live = [...now.processes.values()].map((reading) => reading.live);
  const sessions = live.map((metrics) => metrics.sessions).filter((count) => count !== null);
  return {
    cpuCores: grown === undefined ? null : grown.cpuSeconds / seconds,
    callsPerSecond: grown === undefined ? null : grown.calls / seconds,
    p95Milliseconds: grown === undefined ? null : latencyQuantile(grown.latencies, 0.95),
    requestsInFlight: now.activity?.requestsInFlight ?? null,
    sessions: largest([sessions.length === 0 ? null : sumOf(sessions), now.activity?.streams ?? null]),
    memoryBytes: largest(live.map(({ memoryBytes }) => memoryBytes)),
  };
}

interface Growth {
  cpuSeconds: number;
  calls: number;
  latencies: LatencyHistogram;
}

/** `undefined` where no process is known long enough. */
function growthOfProcesses(before: LoadReading, now: LoadReading, seconds: number): Growth | undefined {
  const tools: Record<string, ToolCounts> = {};
  let cpuSeconds = 0;
  let known = 0;
  for (const [ref, reading] of now.processes) {
    const earlier = before.processes.get(ref);
    const isNew = (reading.live.uptimeSeconds ?? Number.POSITIVE_INFINITY) <= seconds;
    if (!earlier && !isNew) continue;
    const growth = growthOf(earlier ? countersOf(earlier) : noCounters, countersOf(reading));
    known += 1;
    cpuSeconds += growth.cpuSeconds;
    addTools(tools, growth.tools);
  }
  if (known === 0) return undefined;
  const latencies: LatencyHistogram = {};
  for (const counts of Object.values(tools)) addLatencies(latencies, counts.latencies);
  return { cpuSeconds, calls: sumOf(Object.values(tools).map(({ calls }) => calls)), latencies };
}

function countersOf({ live, tools }: ProcessReading): Counters {
  return { uptimeSeconds: live.uptimeSeconds, cpuSeconds: live.cpuSeconds ?? 0, tools };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function largest(numbers: readonly (number | null)[]): number | null {
  const known = numbers.filter((number) => number !== null);
  return known.length === 0 ? null : Math.max(...known);
}
