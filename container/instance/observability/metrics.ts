interface CallCount {
  calls: number;
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

/** Metrics of this process. Only tools of the registry are counted by name, so callers cannot grow the list. */
export function createMetrics(): Metrics {
  const calls = new Map<string, CallCount>();
  const gauges: { name: string; help: string; read: () => number | undefined }[] = [
    { name: 'process_resident_memory_bytes', help: 'Resident memory.', read: () => process.memoryUsage.rss() },
    { name: 'process_uptime_seconds', help: 'Seconds since the start.', read: () => process.uptime() },
  ];
  return {
    countCall(tool, outcome, durationMs) {
      const key = `tool="${tool}",outcome="${outcome}"`;
      const count = calls.get(key) ?? { calls: 0, durationMs: 0 };
      count.calls += 1;
      count.durationMs += durationMs;
      calls.set(key, count);
    },
    gauge(name, help, read) {
      gauges.push({ name, help, read });
    },
    text() {
      return [
        '# HELP smartlead_mcp_tool_calls_total Tool calls by tool and outcome.',
        '# TYPE smartlead_mcp_tool_calls_total counter',
        ...[...calls].map(([labels, count]) => `smartlead_mcp_tool_calls_total{${labels}} ${count.calls}`),
        '# HELP smartlead_mcp_tool_call_seconds_total Time spent in tool calls.',
        '# TYPE smartlead_mcp_tool_call_seconds_total counter',
        ...[...calls].map(([labels, count]) => `smartlead_mcp_tool_call_seconds_total{${labels}} ${count.durationMs / 1000}`),
        ...gauges.flatMap(({ name, help, read }) => {
          const value = read();
          return value === undefined ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`];
        }),
        '',
      ].join('\n');
    },
  };
}
