import { latencyBucketLabelled } from '../../core/latency-buckets.ts';
import type {
  InstanceMetricsReader,
  LiveMetrics,
  ProcessReader,
  ProcessReading,
  RateLimitState,
  Runtime,
  ToolCounts,
} from '../ports.ts';
import { readSamples, type Sample, unlabelledSamples } from './prometheus-text.ts';

/** Reads what a process of an instance tells at its own `/metrics`, which needs no token. */
export class HttpInstanceMetrics implements InstanceMetricsReader, ProcessReader {
  readonly #timeoutMilliseconds: number;

  constructor(options: { timeoutMilliseconds?: number } = {}) {
    this.#timeoutMilliseconds = options.timeoutMilliseconds ?? 1000;
  }

  async read(runtime: Runtime): Promise<LiveMetrics | undefined> {
    return (await this.readProcess(runtime))?.live;
  }

  async readProcess(runtime: Runtime): Promise<ProcessReading | undefined> {
    try {
      const response = await fetch(`${runtime.address}/metrics`, {
        redirect: 'error',
        signal: AbortSignal.timeout(this.#timeoutMilliseconds),
      });
      const text = await readText(response);
      if (!response.ok) return undefined;
      const samples = readSamples(text);
      const live = liveMetricsOf(unlabelledSamples(samples));
      return live === undefined ? undefined : { live, tools: toolCountsOf(samples) };
    } catch {
      return undefined; // It is ending, or busy: the next question will tell.
    }
  }
}

/** More than an instance tells that has used every tool at every latency. */
const largestText = 2 * 1024 * 1024;

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
  if (Object.values(metrics).every((value) => value === null)) return undefined;
  const cpuSeconds = count(samples, 'process_cpu_seconds_total');
  const callsInProgress = count(samples, 'smartlead_mcp_tool_calls_in_progress');
  return {
    ...metrics,
    ...(cpuSeconds === null ? {} : { cpuSeconds }),
    ...(callsInProgress === null ? {} : { callsInProgress }),
  };
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
  return value !== undefined && isCount(value) ? value : null;
}

function isCount(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

/** Outcomes of calls that ended as they should, though not all of them with an answer of Smartlead. */
const outcomesWithoutError: ReadonlySet<string> = new Set(['ok', 'cancelled', 'declined', 'confirmation_required']);
/** Tools that can be counted of one process: more than the registry has. */
const mostTools = 500;

function toolCountsOf(samples: readonly Sample[]): Record<string, ToolCounts> {
  const tools = new Map<string, ToolCounts>();
  /** Calls of the buckets so far, by tool: each bucket counts those below it, too. */
  const below = new Map<string, number>();
  for (const { name, labels, value } of samples) {
    const { tool } = labels;
    if (tool === undefined || !isCount(value)) continue;
    const counts = tools.get(tool) ?? { calls: 0, errors: 0, latencies: {} };
    if (!tools.has(tool) && tools.size >= mostTools) continue;
    if (name === 'smartlead_mcp_tool_calls_total') {
      counts.calls += value;
      if (!outcomesWithoutError.has(labels.outcome ?? '')) counts.errors += value;
    } else if (name === 'smartlead_mcp_tool_call_duration_seconds_bucket') {
      const bucket = latencyBucketLabelled(labels.le ?? '');
      if (bucket === undefined) continue;
      const own = value - (below.get(tool) ?? 0);
      below.set(tool, value);
      if (own > 0) counts.latencies[bucket] = own;
    } else continue;
    tools.set(tool, counts);
  }
  return Object.fromEntries(tools);
}
