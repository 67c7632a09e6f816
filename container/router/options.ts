import type { InstanceDirectory, InstanceWaker, RouteDirectory, RouterEvents, TokenDirectory, UsageSink } from './ports.ts';
import type { SessionDirectory } from './sessions/session-directory.ts';
import type { SessionHolder } from './sessions/session-holder.ts';

/** Upper bounds that keep one client's appetite from becoming everybody's problem. */
export interface RouterLimits {
  maxBodyBytes: number;
  /** Memory that the bodies of all open requests may take together, and those of one token, instance and workspace. */
  maxBodyBytesHeld: number;
  maxBodyBytesPerToken: number;
  maxBodyBytesPerInstance: number;
  maxBodyBytesPerWorkspace: number;
  /** POSTs that may be open at once. */
  maxPostsPerToken: number;
  maxPostsPerInstance: number;
  maxPostsPerWorkspace: number;
  /** Requests a second, over any longer time. A POST counts as many as it holds requests, and at least one. */
  maxCallsPerSecondPerToken: number;
  maxCallsPerSecondPerInstance: number;
  maxCallsPerSecondPerWorkspace: number;
  /** How many seconds' worth of requests may come at once after a pause. */
  callBurstSeconds: number;
  /** Messages in one JSON-RPC batch (revision 2025-03-26 allows batches). */
  maxBatchMessages: number;
  /** Standing streams (GET) that may be held; a further one closes the oldest of the same token, instance or workspace. */
  maxStreamsPerToken: number;
  maxStreamsPerInstance: number;
  maxStreamsPerWorkspace: number;
  /** Streams of one instance that are opened in one turn of the event loop; between turns everybody else is served. */
  maxStreamsOpenedPerTurn: number;
  /** Streams of one instance that are opened in a second, and at once after a pause; one that comes later waits a little. */
  maxStreamsOpenedPerSecond: number;
  maxStreamsOpenedAtOnce: number;
  /** Streams of one instance that wait for such a turn, and of each token no more than may be open; more are asked to come back. */
  maxStreamsWaiting: number;
  /** Connections to one process of an instance that are being made at once. */
  maxConnectsAtOnce: number;
  /** Look-ups of unknown tokens under way at once for one instance. */
  maxTokenLookUpsPerInstance: number;
  /** Requests that may wait for an instance to be there. */
  maxWaitingPerToken: number;
  maxWaitingPerInstance: number;
  /** How deep arrays and objects of a message may be nested. */
  maxJsonDepth: number;
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
  /** How long a token that was known opens on while the directory cannot be asked. */
  lookUpGraceMs: number;
  /** The same for a route, whose process may be another one by then; 0 where the directory is never away. */
  routeGraceMs: number;
  /** How old a description of an instance that has no route may be. */
  descriptionMaxAgeMs: number;
  /** How often tokens that hold something open are looked up again. */
  tokenRecheckMs: number;
  /** Longest silence on an event stream before a comment is sent. */
  keepAliveMs: number;
  /** How often counts of calls are handed over. What was counted since is lost where the router is killed. */
  usageFlushMs: number;
  /**
   * How often the seconds and bytes of streams that stand are counted, the next hand-over after it; 0 for at each one. They are also counted when a
   * stream ends and when the router closes. A router that is killed loses those of so long.
   */
  streamUsageMs: number;
  usageSinkTimeoutMs: number;
  tokenUsedMs: number;
  /** How long a client may take to send its body. */
  bodyTimeoutMs: number;
  /** How old a session may get, counted from its beginning. */
  sessionMaxAgeMs: number;
  /** How long what a client left behind when its own connection was cut is kept for its return. */
  returnWaitMs: number;
  /** How often it is looked whether such a client has come back at another router. Less than clients are asked to wait before they do. */
  returnLookMs: number;
  /** How long a request waits for an instance that is being started or woken, and how often the router looks. */
  arrivalWaitMs: number;
  arrivalPollMs: number;
  /** Longest pause after which it is looked whether an instance has come whose streams stand and ask for nothing. */
  standingStreamLookMs: number;
  /** After how long an instance that is still asleep is woken again. */
  wakeAgainMs: number;
  /** How long a request waits for an instance that the platform takes for running but that cannot be reached: it may just have died. */
  unroutedWaitMs: number;
  connectTimeoutMs: number;
  /** How long an instance may take to begin its answer. */
  answerTimeoutMs: number;
  /** How long a client may leave a stream unread before it is given up. */
  stalledReaderMs: number;
  /** Base of the `retry:` hint on streams that the router closes; up to as much again is added at random. */
  retryHintMs: number;
  /** Over how long the closing of streams is spread when the router closes; shorter where its deadline is. */
  drainSpreadMs: number;
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
  /** Where several routers serve the same sessions: finds the one that holds a session's stream. */
  sessionHolder?: SessionHolder;
  /** Signs session ids. The same at every router of the installation; a random one where it is missing. */
  sessionKey?: Buffer;
  /** Signed session ids before a rotation, or will after it: such ids are read all the same. */
  otherSessionKeys?: readonly Buffer[];
  /** Path in front of the instance id, with both slashes. Default `/i/`. */
  pathPrefix?: string;
  /** Realm named in `WWW-Authenticate`. */
  realm?: string;
  /** Browser origins whose pages may use the doors and read the answers, such as `https://app.example`; `*` for any. Default: none. */
  allowedOrigins?: readonly string[];
  /** Origins under which the installation itself is served: their pages need no permission to read. */
  ownOrigins?: readonly string[];
  /** `Host` headers that are answered, with or without port. Default: any. */
  allowedHosts?: readonly string[];
  limits?: Partial<RouterLimits>;
  timing?: Partial<RouterTiming>;
  /** Told of failures that are the router's own fault, with the request id the client saw. */
  reportError?: (error: unknown, requestId: string) => void;
}

/**
 * Far above what honest clients need, and far below what would hurt others: Smartlead itself allows a key 10 to 20 calls a second, an
 * n8n installation holds a few streams for each running workflow, and an agency's workspace has a handful of busy instances. An
 * instance may take twice to ten times what a token may, because several clients share it, and a workspace twice that. The workspace
 * is the true bound: tokens and instances can be made anew. 5,000 streams at one instance are possible, but somebody must want them.
 */
export const defaultLimits: RouterLimits = {
  maxBodyBytes: 4 * 1024 * 1024,
  maxBodyBytesHeld: 128 * 1024 * 1024,
  maxBodyBytesPerToken: 16 * 1024 * 1024,
  maxBodyBytesPerInstance: 32 * 1024 * 1024,
  maxBodyBytesPerWorkspace: 64 * 1024 * 1024,
  maxPostsPerToken: 500,
  maxPostsPerInstance: 1_000,
  maxPostsPerWorkspace: 2_000,
  maxCallsPerSecondPerToken: 1_000,
  maxCallsPerSecondPerInstance: 1_500,
  maxCallsPerSecondPerWorkspace: 2_500,
  callBurstSeconds: 10,
  maxBatchMessages: 100,
  maxStreamsPerToken: 200,
  maxStreamsPerInstance: 2_000,
  maxStreamsPerWorkspace: 4_000,
  maxStreamsOpenedPerTurn: 1,
  maxStreamsOpenedPerSecond: 300,
  maxStreamsOpenedAtOnce: 200,
  maxStreamsWaiting: 2_000,
  maxConnectsAtOnce: 32,
  maxTokenLookUpsPerInstance: 100,
  maxWaitingPerToken: 500,
  maxWaitingPerInstance: 1_000,
  maxJsonDepth: 200,
  maxCachedTokens: 10_000,
  maxCachedUnknownTokens: 10_000,
  maxLookUpsAtOnce: 1_000,
  maxSessions: 100_000,
  maxUsageRecords: 50_000,
};

export const defaultTiming: RouterTiming = {
  lookUpMaxAgeMs: 500,
  lookUpTimeoutMs: 5_000,
  lookUpGraceMs: 60_000,
  routeGraceMs: 0,
  descriptionMaxAgeMs: 500,
  tokenRecheckMs: 500,
  keepAliveMs: 15_000,
  usageFlushMs: 5_000,
  streamUsageMs: 0,
  usageSinkTimeoutMs: 10_000,
  tokenUsedMs: 60_000,
  bodyTimeoutMs: 30_000,
  sessionMaxAgeMs: 7 * 24 * 60 * 60_000,
  returnWaitMs: 60_000,
  returnLookMs: 500,
  arrivalWaitMs: 45_000,
  arrivalPollMs: 25,
  standingStreamLookMs: 2_000,
  wakeAgainMs: 2_000,
  unroutedWaitMs: 5_000,
  connectTimeoutMs: 5_000,
  answerTimeoutMs: 300_000,
  stalledReaderMs: 120_000,
  retryHintMs: 3_000,
  drainSpreadMs: 20_000,
};
