import type { Runtime } from './instances.ts';

/** State of the instance's rate limit towards Smartlead at this moment. */
export interface RateLimitState {
  perSecond: number;
  perMinute: number;
  /** Calls that left for Smartlead in the last 60 seconds. */
  usedLastMinute: number;
  /** Calls that wait for their turn. */
  waiting: number;
  /** Seconds for which Smartlead wants no call; 0 where it does not mind. */
  pausedSeconds: number;
  /** Calls that may still leave in the present window, by what Smartlead said last and by the limit; `null` where it is not told. */
  remaining: number | null;
  /** Whether the limit was learned from Smartlead's answers; else it is the one the instance started with. */
  learned: boolean;
}

/** What a running process of an instance tells of itself. `null` where it does not tell. */
export interface LiveMetrics {
  /** Open MCP sessions. */
  sessions: number | null;
  memoryBytes: number | null;
  uptimeSeconds: number | null;
  /** `null` also where the instance has no rate limit. */
  rateLimit: RateLimitState | null;
  /** Processor time since the process started, user and system. Absent where it does not tell. */
  cpuSeconds?: number;
  /** Tool calls that run now. Absent where it does not tell. */
  callsInProgress?: number;
}

export interface InstanceMetricsReader {
  /** Asks what runs. `undefined` where it does not answer in time, or not with metrics; rejects never for its sake. */
  read(runtime: Runtime, instanceId: string): Promise<LiveMetrics | undefined>;
}

/** Calls by the bucket of their latency (see core/latency-buckets.ts), without empty buckets. */
export type LatencyHistogram = Record<number, number>;

/** Calls of one tool. */
export interface ToolCounts {
  calls: number;
  errors: number;
  latencies: LatencyHistogram;
}

/** All that one process has counted since it started. */
export interface ProcessReading {
  live: LiveMetrics;
  tools: Record<string, ToolCounts>;
}

export interface ProcessReader {
  /** Asks one process once. `undefined` and never rejecting as with {@link InstanceMetricsReader.read}. */
  readProcess(runtime: Runtime): Promise<ProcessReading | undefined>;
}

export type MetricStep = 'minute' | 'hour';

/**
 * What is kept of an instance for a minute or an hour. Everything can be added: sums are sums, highest and lowest values stay the
 * highest and lowest.
 */
export interface InstanceMetricTotals {
  /** Seconds for which the instance was watched while it ran. */
  watchedSeconds: number;
  /** Processor time used meanwhile by all its processes. */
  cpuSeconds: number;
  /** Resident memory of all its processes, at its highest; `null` where it never told. */
  memoryBytes: number | null;
  /** Standing streams of clients, at their most; `null` where nobody counted. */
  streams: number | null;
  /** How often it died or was replaced because it did not answer. */
  restarts: number;
  wakes: number;
  /** Milliseconds from the call that woke it to its being there, of all wakes together. */
  wakeMilliseconds: number;
  /** Calls that Smartlead would still have taken, at the least; `null` where it was not told. */
  rateLimitRemaining: number | null;
  tools: Record<string, ToolCounts>;
}

/** What one writer has counted of an instance in one minute or hour. Rows of several writers are added when they are read. */
export interface InstanceMetricRow extends InstanceMetricTotals {
  /** Of the writer's count. */
  id: string;
  instanceId: string;
  step: MetricStep;
  /** Start of the minute or hour. */
  time: string;
}

export interface InstanceMetricStore {
  /** Stores rows in place of those with the same id, so that storing again changes nothing. */
  put(rows: InstanceMetricRow[]): Promise<void>;
  /** From a time (included) to another (excluded), oldest first. */
  read(instanceId: string, query: { step: MetricStep; from: string; to: string }): Promise<InstanceMetricRow[]>;
  /** Deletes the rows of each step that begin before a time. Answers how many went. */
  prune(olderThan: Record<MetricStep, string>): Promise<number>;
}
