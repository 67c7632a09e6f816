import type { InstanceDirectory, InstanceWaker, RouteDirectory, RouterEvents, TokenDirectory, UsageSink } from './ports.ts';
import type { SessionDirectory } from './sessions/session-directory.ts';

/** Upper bounds that keep one client's appetite from becoming everybody's problem. */
export interface RouterLimits {
  maxBodyBytes: number;
  /** Memory that the bodies of all open requests may take together, and those of one token. */
  maxBodyBytesHeld: number;
  maxBodyBytesPerToken: number;
  /** POSTs of one token that may be open at once. */
  maxPostsPerToken: number;
  /** Messages in one JSON-RPC batch (revision 2025-03-26 allows batches). */
  maxBatchMessages: number;
  /** Standing streams (GET) that one token may hold; a further one closes the oldest. */
  maxStreamsPerToken: number;
  maxCachedTokens: number;
  maxCachedUnknownTokens: number;
  /** Directory look-ups under way at once; beyond it requests are asked to come back. */
  maxLookUpsAtOnce: number;
  /** Sessions whose owner is remembered. */
  maxSessions: number;
  /** Usage records held in memory while the sink is down; beyond it, minutes are merged, never dropped. */
  maxUsageRecords: number;
}

/** Durations in milliseconds. */
export interface RouterTiming {
  /** How old an answer of a directory may be. */
  lookUpMaxAgeMs: number;
  lookUpTimeoutMs: number;
  /** How often tokens that hold something open are looked up again. */
  tokenRecheckMs: number;
  /** Longest silence on an event stream before a comment is sent. */
  keepAliveMs: number;
  usageFlushMs: number;
  usageSinkTimeoutMs: number;
  tokenUsedMs: number;
  /** How long a client may take to send its body. */
  bodyTimeoutMs: number;
  /** How old a session may get, counted from its beginning. */
  sessionMaxAgeMs: number;
  /** How long what a client left behind when its own connection was cut is kept for its return. */
  returnWaitMs: number;
  /** How long a request waits for an instance that is being started or woken, and how often the router looks. */
  arrivalWaitMs: number;
  arrivalPollMs: number;
  connectTimeoutMs: number;
  /** How long an instance may take to begin its answer. */
  answerTimeoutMs: number;
  /** How long a client may leave a stream unread before it is given up. */
  stalledReaderMs: number;
  /** Base of the `retry:` hint on streams that the router closes; up to as much again is added at random. */
  retryHintMs: number;
}

export interface RouterOptions {
  tokens: TokenDirectory;
  routes: RouteDirectory;
  instances: InstanceDirectory;
  usage: UsageSink;
  events: RouterEvents;
  /** Where it is missing, a sleeping instance is refused until somebody else wakes it. */
  waker?: InstanceWaker;
  /** Where several routers share their sessions; this router's memory where it is missing. */
  sessions?: SessionDirectory;
  /** Signs session ids. The same at every router of the installation; a random one where it is missing. */
  sessionKey?: Buffer;
  /** Path in front of the instance id, with both slashes. Default `/i/`. */
  pathPrefix?: string;
  /** Realm named in `WWW-Authenticate`. */
  realm?: string;
  /** Browser origins that may use the doors, such as `https://app.example`; `*` for any. Default: none, and no check. */
  allowedOrigins?: readonly string[];
  /** `Host` headers that are answered, with or without port. Default: any. */
  allowedHosts?: readonly string[];
  limits?: Partial<RouterLimits>;
  timing?: Partial<RouterTiming>;
  /** Told of failures that are the router's own fault, with the request id the client saw. */
  reportError?: (error: unknown, requestId: string) => void;
}

export const defaultLimits: RouterLimits = {
  maxBodyBytes: 4 * 1024 * 1024,
  maxBodyBytesHeld: 128 * 1024 * 1024,
  maxBodyBytesPerToken: 16 * 1024 * 1024,
  maxPostsPerToken: 500,
  maxBatchMessages: 100,
  maxStreamsPerToken: 200,
  maxCachedTokens: 10_000,
  maxCachedUnknownTokens: 10_000,
  maxLookUpsAtOnce: 1_000,
  maxSessions: 100_000,
  maxUsageRecords: 50_000,
};

export const defaultTiming: RouterTiming = {
  lookUpMaxAgeMs: 500,
  lookUpTimeoutMs: 5_000,
  tokenRecheckMs: 500,
  keepAliveMs: 15_000,
  usageFlushMs: 5_000,
  usageSinkTimeoutMs: 10_000,
  tokenUsedMs: 60_000,
  bodyTimeoutMs: 30_000,
  sessionMaxAgeMs: 7 * 24 * 60 * 60_000,
  returnWaitMs: 60_000,
  arrivalWaitMs: 45_000,
  arrivalPollMs: 25,
  connectTimeoutMs: 5_000,
  answerTimeoutMs: 300_000,
  stalledReaderMs: 120_000,
  retryHintMs: 3_000,
};
