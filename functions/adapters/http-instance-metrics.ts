import type { InstanceMetricsReader, LiveMetrics, RateLimitState, Runtime } from '../ports.ts';
import { readUnlabelledSamples } from './prometheus-text.ts';

/** Reads what an instance tells at its own `/metrics`, which needs no token. */
export class HttpInstanceMetrics implements InstanceMetricsReader {
  readonly #timeoutMilliseconds: number;

  constructor(options: { timeoutMilliseconds?: number } = {}) {
    this.#timeoutMilliseconds = options.timeoutMilliseconds ?? 1000;
  }

  async read(runtime: Runtime): Promise<LiveMetrics | undefined> {
    try {
      const response = await fetch(`${runtime.address}/metrics`, {
        redirect: 'error',
        signal: AbortSignal.timeout(this.#timeoutMilliseconds),
      });
      const text = await readText(response);
      return response.ok ? liveMetricsOf(readUnlabelledSamples(text)) : undefined;
    } catch {
      return undefined; // It is ending, or busy: the next question will tell.
    }
  }
}

/** Many times what an instance with all tools in use tells. */
const largestText = 512 * 1024;

/** @throws Error for a text above {@link largestText}: an instance holds a customer's data and key, so it is not trusted with our memory. */
async function readText({ body }: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > largestText) throw new Error('the metrics are too long');
  }
  return text + decoder.decode();
}

/** `undefined` where there is not one number that an instance would tell. */
function liveMetricsOf(samples: ReadonlyMap<string, number>): LiveMetrics | undefined {
  const metrics = {
    sessions: openSessions(samples),
    memoryBytes: count(samples, 'process_resident_memory_bytes'),
    uptimeSeconds: count(samples, 'process_uptime_seconds'),
    rateLimit: rateLimitOf(samples),
  };
  return Object.values(metrics).every((value) => value === null) ? undefined : metrics;
}

/** Sessions without those that only a record is left of: their clients have mostly gone without a word. */
function openSessions(samples: ReadonlyMap<string, number>): number | null {
  const known = count(samples, 'smartlead_mcp_sessions');
  return known === null ? null : Math.max(0, known - (count(samples, 'smartlead_mcp_sessions_hibernating') ?? 0));
}

function rateLimitOf(samples: ReadonlyMap<string, number>): RateLimitState | null {
  const read = (name: string) => count(samples, `smartlead_mcp_rate_limit_${name}`);
  const perSecond = read('per_second');
  const perMinute = read('per_minute');
  if (perSecond === null || perMinute === null) return null;
  return {
    perSecond,
    perMinute,
    usedLastMinute: read('used_last_minute') ?? 0,
    waiting: read('waiting') ?? 0,
    pausedSeconds: read('paused_seconds') ?? 0,
    remaining: read('remaining'),
    learned: read('learned') === 1,
  };
}

/** A number of things; `null` where there is none, such as for the limit of an instance that has none. */
function count(samples: ReadonlyMap<string, number>, name: string): number | null {
  const value = samples.get(name);
  return value !== undefined && Number.isFinite(value) && value >= 0 ? value : null;
}
