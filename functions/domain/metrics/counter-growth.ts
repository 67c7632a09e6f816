import type { LatencyHistogram, ToolCounts } from '../../ports.ts';

/** What a process had counted when it was read: everything only grows until the process ends. */
export interface Counters {
  uptimeSeconds: number | null;
  cpuSeconds: number;
  tools: Record<string, ToolCounts>;
}

/** Counters of a process that has just begun. */
export const noCounters: Counters = { uptimeSeconds: 0, cpuSeconds: 0, tools: {} };

/**
 * By how much counters grew between two readings of what bears the same name. Where one went down, or the uptime did, another
 * process has taken the name over (a container that was restarted): it began at zero.
 */
export function growthOf(before: Counters, now: Counters): Pick<Counters, 'cpuSeconds' | 'tools'> {
  const since = hasBegunAnew(before, now) ? noCounters : before;
  const tools: Record<string, ToolCounts> = {};
  for (const [tool, counts] of Object.entries(now.tools)) {
    const earlier = Object.hasOwn(since.tools, tool) ? since.tools[tool] : undefined;
    const calls = counts.calls - (earlier?.calls ?? 0);
    if (calls === 0) continue;
    const latencies = growthOfLatencies(earlier?.latencies ?? {}, counts.latencies);
    tools[tool] = { calls, errors: counts.errors - (earlier?.errors ?? 0), latencies };
  }
  return { cpuSeconds: now.cpuSeconds - since.cpuSeconds, tools };
}

function hasBegunAnew(before: Counters, now: Counters): boolean {
  if (before.uptimeSeconds !== null && now.uptimeSeconds !== null && now.uptimeSeconds < before.uptimeSeconds) return true;
  if (now.cpuSeconds < before.cpuSeconds) return true;
  return Object.entries(before.tools).some(([tool, earlier]) => {
    const later = Object.hasOwn(now.tools, tool) ? now.tools[tool] : undefined;
    if (later === undefined || later.calls < earlier.calls || later.errors < earlier.errors) return true;
    return Object.entries(earlier.latencies).some(([bucket, count]) => (later.latencies[Number(bucket)] ?? 0) < count);
  });
}

function growthOfLatencies(before: LatencyHistogram, now: LatencyHistogram): LatencyHistogram {
  const growth: LatencyHistogram = {};
  for (const [bucket, count] of Object.entries(now)) {
    const grown = count - (before[Number(bucket)] ?? 0);
    if (grown > 0) growth[Number(bucket)] = grown;
  }
  return growth;
}
