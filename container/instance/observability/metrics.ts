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
  /** By tool, then by outcome: text that is put together for each call would have to be hashed for each call. */
  const calls = new Map<string, Map<string, CallCount>>();
  const gauges: { name: string; help: string; read: () => number | undefined }[] = [
    { name: 'process_resident_memory_bytes', help: 'Resident memory.', read: () => process.memoryUsage.rss() },
    { name: 'process_uptime_seconds', help: 'Seconds since the start.', read: () => process.uptime() },
  ];
  return {
    countCall(tool, outcome, durationMs) {
      const outcomes = calls.get(tool) ?? new Map<string, CallCount>();
      const count = outcomes.get(outcome) ?? { calls: 0, durationMs: 0 };
      if (count.calls === 0) calls.set(tool, outcomes.set(outcome, count));
      count.calls += 1;
      count.durationMs += durationMs;
    },
    gauge(name, help, read) {
      gauges.push({ name, help, read });
    },
    text() {
      const counts = [...calls].flatMap(([tool, outcomes]) =>
        [...outcomes].map(([outcome, count]) => ({ labels: `tool="${tool}",outcome="${outcome}"`, ...count })),
      );
      return [
        '# HELP smartlead_mcp_tool_calls_total Tool calls by tool and outcome.',
        '# TYPE smartlead_mcp_tool_calls_total counter',
        ...counts.map(({ labels, calls: number }) => `smartlead_mcp_tool_calls_total{${labels}} ${number}`),
        '# HELP smartlead_mcp_tool_call_seconds_total Time spent in tool calls.',
        '# TYPE smartlead_mcp_tool_call_seconds_total counter',
        ...counts.map(({ labels, durationMs }) => `smartlead_mcp_tool_call_seconds_total{${labels}} ${durationMs / 1000}`),
        ...gauges.flatMap(({ name, help, read }) => {
          const value = read();
          return value === undefined ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`];
        }),
        '',
      ].join('\n');
    },
  };
}
