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

/** What a running instance tells of itself. `null` where it does not tell. */
export interface LiveMetrics {
  /** Open MCP sessions. */
  sessions: number | null;
  memoryBytes: number | null;
  uptimeSeconds: number | null;
  /** `null` also where the instance has no rate limit. */
  rateLimit: RateLimitState | null;
}

export interface InstanceMetricsReader {
  /** Asks what runs. `undefined` where it does not answer in time, or not with metrics; rejects never for its sake. */
  read(runtime: Runtime): Promise<LiveMetrics | undefined>;
}
