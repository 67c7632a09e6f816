/**
 * Makes the calls that are measured, in a process of its own. Its parent sends a {@link LoadTask} for each measurement and gets a
 * {@link LoadReport} back.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { openClient, openSessions2025 } from '../instance/clients.ts';
import { type LoadResult, retryUntilUp } from '../measure.ts';

export interface LoadTask {
  port: number;
  path: string;
  token: string;
  tool: string;
  lanes: number;
  warmUpMs: number;
  durationMs: number;
  transport?: 'HTTP+SSE' | 'Streamable HTTP';
  /** Begins so many calls a second, evenly spread over the lanes, instead of each as soon as the one before is answered. */
  callsPerSecond?: number;
}

export type LoadReport = { result: LoadResult } | { failure: string };

async function run(task: LoadTask): Promise<LoadResult> {
  const { port, path, token, tool, lanes, warmUpMs, durationMs, transport, callsPerSecond } = task;
  const options = {
    port,
    tool,
    lanes,
    paths: { sse: `${path}/sse`, mcp: `${path}/mcp` },
    headers: { Authorization: `Bearer ${token}` },
  };
  const client = await retryUntilUp(
    () => (transport === 'HTTP+SSE' ? openClient['HTTP+SSE'](options) : openSessions2025(options, { standalone: false })),
    3_000,
  );
  try {
    const durations: number[] = [];
    const measureFrom = performance.now() + warmUpMs;
    const until = measureFrom + durationMs;
    const pauseMs = callsPerSecond === undefined ? 0 : (lanes * 1_000) / callsPerSecond;
    const keepBusy = async (lane: number) => {
      const started = performance.now() + (pauseMs * lane) / lanes;
      for (let call = 0, dueAt = started; performance.now() < until; call += 1, dueAt = started + call * pauseMs) {
        const leftMs = dueAt - performance.now();
        if (pauseMs > 0 && leftMs > 0) await delay(leftMs);
        // A call that could not begin in time waits already: what it waits counts.
        const from = pauseMs > 0 ? Math.max(dueAt, started) : performance.now();
        await client.call(lane);
        if (from >= measureFrom) durations.push(performance.now() - from);
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, lane) => keepBusy(lane)));
    durations.sort((a, b) => a - b);
    const at = (share: number) => durations[Math.floor(durations.length * share)] ?? Number.NaN;
    return { callsPerSecond: durations.length / (durationMs / 1000), p50Ms: at(0.5), p99Ms: at(0.99) };
  } finally {
    client.drop();
  }
}

process.on('message', (task: LoadTask) => {
  run(task).then(
    (result) => process.send?.({ result } satisfies LoadReport),
    (error: Error) => process.send?.({ failure: error.message } satisfies LoadReport),
  );
});
process.on('disconnect', () => process.exit(0));
