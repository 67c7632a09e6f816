import type { McpSession } from './mcp-session.ts';

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

export interface LoadResult {
  callsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/** Keeps a number of calls in flight for a time, after a warm-up of a quarter of it. */
export async function load(
  session: McpSession,
  method: string,
  params: unknown,
  inFlight: number,
  durationMs: number,
): Promise<LoadResult> {
  const durations: number[] = [];
  const warmUntil = performance.now() + durationMs / 4;
  const until = warmUntil + durationMs;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (let now = performance.now(); now < until; ) {
        await session.call(method, params);
        const after = performance.now();
        if (now >= warmUntil) durations.push(after - now);
        now = after;
      }
    }),
  );
  durations.sort((a, b) => a - b);
  return {
    callsPerSecond: durations.length / (durationMs / 1000),
    p50Ms: durations[Math.floor(durations.length * 0.5)] ?? Number.NaN,
    p99Ms: durations[Math.floor(durations.length * 0.99)] ?? Number.NaN,
  };
}

/** Tries again every few milliseconds until it succeeds; for the moment a server begins to listen. */
export async function retryUntilUp<Result>(attempt: () => Promise<Result>, withinMs = 15_000): Promise<Result> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}
