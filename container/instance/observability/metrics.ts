import { latencyBucketLabel, latencyBucketOf, latencyBuckets } from '../../../core/latency-buckets.ts';

/** What is counted of one tool. */
interface ToolCount {
  /** Calls by outcome. */
  outcomes: Map<string, number>;
  /** Calls by bucket of their duration. */
  buckets: Float64Array;
  durationMs: number;
}

/** What the instance counts, and how it looks as Prometheus text. */
export interface Metrics {
  countCall(tool: string, outcome: string, durationMs: number): void;
  /** Registers a value that is read when the metrics are. A gauge without a value is left out. */
  gauge(name: string, help: string, read: () => number | undefined): void;
  /** Text exposition format, version 0.0.4. */
  text(): string;
}

interface Reading {
  name: string;
  type: 'gauge' | 'counter';
  help: string;
  read: () => number | undefined;
}

/**
 * Metrics of this process since now: it may have run for hours before it was given a customer, who has no part in that. Only tools of
 * the registry are counted by name, so callers cannot grow the list.
 */
export function createMetrics(): Metrics {
  const tools = new Map<string, ToolCount>();
  const began = { at: performance.now(), processor: process.cpuUsage() };
  const readings: Reading[] = [
    { name: 'process_resident_memory_bytes', type: 'gauge', help: 'Resident memory.', read: () => process.memoryUsage.rss() },
    {
      name: 'process_cpu_seconds_total',
      type: 'counter',
      help: 'Processor time, user and system.',
      read: () => cpuSeconds(began.processor),
    },
    {
      name: 'process_uptime_seconds',
      type: 'gauge',
      help: 'Seconds since the start.',
      read: () => (performance.now() - began.at) / 1000,
    },
  ];
  return {
    countCall(tool, outcome, durationMs) {
      let count = tools.get(tool);
      if (count === undefined) {
        count = { outcomes: new Map(), buckets: new Float64Array(latencyBuckets), durationMs: 0 };
        tools.set(tool, count);
      }
      count.outcomes.set(outcome, (count.outcomes.get(outcome) ?? 0) + 1);
      const bucket = latencyBucketOf(durationMs);
      count.buckets[bucket] = (count.buckets[bucket] ?? 0) + 1;
      count.durationMs += durationMs;
    },
    gauge(name, help, read) {
      readings.push({ name, type: 'gauge', help, read });
    },
    text() {
      return [
        '# HELP smartlead_mcp_tool_calls_total Tool calls by tool and outcome.',
        '# TYPE smartlead_mcp_tool_calls_total counter',
        ...[...tools].flatMap(([tool, { outcomes }]) =>
          [...outcomes].map(([outcome, calls]) => `smartlead_mcp_tool_calls_total{tool="${tool}",outcome="${outcome}"} ${calls}`),
        ),
        '# HELP smartlead_mcp_tool_call_duration_seconds Time that tool calls took. Buckets without a call are left out.',
        '# TYPE smartlead_mcp_tool_call_duration_seconds histogram',
        ...[...tools].flatMap(([tool, count]) => histogramLines(tool, count)),
        ...readings.flatMap(({ name, type, help, read }) => {
          const value = read();
          return value === undefined ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, `${name} ${value}`];
        }),
        '',
      ].join('\n');
    },
  };
}

/**
 * A histogram as Prometheus has it: each bucket counts itself and all below. A bucket that no call fell into says nothing that the one
 * below does not say, and a tool has some ten of ninety.
 */
function histogramLines(tool: string, { buckets, durationMs }: ToolCount): string[] {
  const name = 'smartlead_mcp_tool_call_duration_seconds';
  const lines: string[] = [];
  let calls = 0;
  for (const [index, count] of buckets.entries()) {
    calls += count;
    const isLast = index === buckets.length - 1;
    if (count > 0 || isLast) lines.push(`${name}_bucket{tool="${tool}",le="${latencyBucketLabel(index)}"} ${calls}`);
  }
  lines.push(`${name}_sum{tool="${tool}"} ${durationMs / 1000}`, `${name}_count{tool="${tool}"} ${calls}`);
  return lines;
}

function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000_000;
}
