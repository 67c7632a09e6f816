import type { UsageRecord } from '../../../core/usage-record.ts';
import type { InstanceMetricRow, InstanceMetricTotals, LatencyHistogram, MetricStep, ToolCounts, UsageRow } from '../../ports.ts';
import { addLatencies, latencyQuantile } from './latency-histogram.ts';
import { type MetricRange, stepMilliseconds } from './metric-range.ts';
import { addTools, addTotals, emptyTotals } from './metric-totals.ts';
import { streamMeans } from './stream-means.ts';

/** The numbers of one step. `null` where they are not known, as of an instance that did not run. */
export interface MetricPoint extends Quantiles {
  /** Start of the step. */
  time: string;
  calls: number;
  errors: number;
  bytesIn: number;
  bytesOut: number;
  /** As counted at the instance, at their most; where nobody counted, as of one asleep, those that were open at the mean. */
  streams: number | null;
  streamSeconds: number;
  memoryBytes: number | null;
  /** Of one processor, while it ran: 100 is one that was always busy. */
  cpuPercent: number | null;
  restarts: number;
  wakes: number;
  /** Milliseconds that a wake took, at the mean. */
  wakeMs: number | null;
  rateLimitRemaining: number | null;
}

export interface ToolMetrics extends Quantiles {
  tool: string;
  calls: number;
  errors: number;
}

interface Quantiles {
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
}

/** What the router counted; bytes and seconds are missing where it was older than they are. */
type CountedUsage = UsageRow & Partial<Pick<UsageRecord, 'bytesIn' | 'bytesOut' | 'streamSeconds'>>;

/**
 * One point for each step of the range, oldest first, and the tools that were called, the most called first.
 *
 * Calls, errors, bytes and seconds of points are those the router counted, which also knows of calls that no instance could answer. Tools are those
 * that the instance ran, whichever name they were called by; their latencies are its own.
 */
export function metricSeries(
  { from, to }: MetricRange,
  step: MetricStep,
  rows: readonly InstanceMetricRow[],
  usage: readonly CountedUsage[],
): { points: MetricPoint[]; tools: ToolMetrics[] } {
  const totals = new Map<string, InstanceMetricTotals>();
  const tools: Record<string, ToolCounts> = {};
  for (const row of rows) {
    const sum = totals.get(row.time) ?? emptyTotals();
    totals.set(row.time, sum);
    addTotals(sum, row);
    addTools(tools, row.tools);
  }
  const counted = Map.groupBy(usage, (row) => row.time);
  const starts: string[] = [];
  for (let time = Date.parse(from); time < Date.parse(to); time += stepMilliseconds[step]) {
    starts.push(new Date(time).toISOString());
  }
  const means = streamMeans(
    starts.map((start) => total(counted.get(start) ?? [], 'streamSeconds')),
    stepMilliseconds[step] / 1000,
  );
  const points = starts.map((start, index) => pointOf(start, means[index] ?? null, totals.get(start), counted.get(start) ?? []));
  return { points, tools: toolMetrics(tools) };
}

function pointOf(
  time: string,
  meanStreams: number | null,
  totals: InstanceMetricTotals | undefined,
  usage: readonly CountedUsage[],
): MetricPoint {
  const sum = totals ?? emptyTotals();
  const ran = sum.watchedSeconds > 0;
  const latencies: LatencyHistogram = {};
  for (const tool of Object.values(sum.tools)) addLatencies(latencies, tool.latencies);
  return {
    time,
    calls: usage.reduce((calls, row) => calls + row.calls, 0),
    errors: usage.reduce((errors, row) => errors + row.errors, 0),
    ...quantiles(latencies),
    bytesIn: total(usage, 'bytesIn'),
    bytesOut: total(usage, 'bytesOut'),
    streams: sum.streams ?? (meanStreams === null ? null : rounded(meanStreams)),
    streamSeconds: total(usage, 'streamSeconds'),
    memoryBytes: sum.memoryBytes,
    cpuPercent: ran ? rounded((sum.cpuSeconds / sum.watchedSeconds) * 100) : null,
    restarts: sum.restarts,
    wakes: sum.wakes,
    wakeMs: sum.wakes > 0 ? Math.round(sum.wakeMilliseconds / sum.wakes) : null,
    rateLimitRemaining: sum.rateLimitRemaining,
  };
}

function toolMetrics(tools: Record<string, ToolCounts>): ToolMetrics[] {
  return Object.entries(tools)
    .map(([tool, { calls, errors, latencies }]) => ({ tool, calls, errors, ...quantiles(latencies) }))
    .sort((one, other) => other.calls - one.calls || (one.tool < other.tool ? -1 : 1));
}

function quantiles(latencies: LatencyHistogram): Quantiles {
  return {
    p50Ms: latencyQuantile(latencies, 0.5),
    p95Ms: latencyQuantile(latencies, 0.95),
    p99Ms: latencyQuantile(latencies, 0.99),
  };
}

function total(usage: readonly CountedUsage[], field: 'bytesIn' | 'bytesOut' | 'streamSeconds'): number {
  return rounded(usage.reduce((sum, row) => sum + (row[field] ?? 0), 0));
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
