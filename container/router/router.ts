import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Admission } from './admission.ts';
import { BodyDeadlines } from './body-deadlines.ts';
import { CrossOriginPolicy } from './cross-origin.ts';
import { Drain } from './drain.ts';
import { EventNotifier } from './event-notifier.ts';
import { CallRates } from './fairness/call-rates.ts';
import { Turns } from './fairness/turns.ts';
import { HttpSseDoors } from './http-sse/http-sse-doors.ts';
import { InstanceConnections } from './instance-connections.ts';
import { LastRequests } from './last-requests.ts';
import { RouterMetrics } from './metrics.ts';
import { OpenExchanges } from './open-exchanges.ts';
import { OpenTokenWatch } from './open-token-watch.ts';
import { defaultLimits, defaultTiming, type RouterOptions } from './options.ts';
import { PostAllowance } from './post-allowance.ts';
import { refusals } from './refusal.ts';
import { RequestIds } from './request-ids.ts';
import { RouteResolver } from './route-resolver.ts';
import type { RouterServices } from './router-services.ts';
import { sampledReport } from './sampled-report.ts';
import { KnownSessions } from './sessions/known-sessions.ts';
import { SessionRestorer } from './sessions/restore-session.ts';
import { MemorySessionDirectory } from './sessions/session-directory.ts';
import { SessionIds } from './sessions/session-id.ts';
import { StreamKeeper } from './stream-keeper.ts';
import { HoldRoom } from './streamable-http/held-bytes.ts';
import { StreamReopener } from './streamable-http/stream-reopener.ts';
import { TokenVerifier } from './token-verifier.ts';
import { TrafficMeter } from './traffic-meter.ts';
import { UsageCounter } from './usage-counter.ts';
import { VanishedClients } from './vanished-clients.ts';

/** The streaming gateway in front of all instances: the only public door to them. */
export interface Router {
  /** Answers one request. Takes over the whole response, whatever becomes of it. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Refuses the token from now on, by its id or its hash, and closes what it holds open. */
  revokeToken(tokenIdOrHash: string): void;
  /** Forgets where the instance was and ends what waits for it; its clients are told to come back. */
  instanceGone(instanceId: string): void;
  /** The instance has a route now: what waits for it goes on at once instead of at the next look. */
  instanceCame(instanceId: string): void;
  /** The instance's route was taken away, but its process still finishes its calls: new ones look anew where to go. */
  routeRemoved(instanceId: string): void;
  /** Relies on nothing that was looked up before: changes may have been missed. */
  forgetLookUps(): void;
  /** What this router carries: standing streams that are open now, and tool calls handed to instances since it started. */
  load(): { streamsOpen: number; callsTotal: number };
  /** How busy the instance is at this router; `lastRequestAt` in milliseconds since 1970, requests other than pings. */
  activity(instanceId: string): { lastRequestAt: number | undefined; requestsInFlight: number; streams: number };
  /** The instances that were asked for something since this router started, or hold something open here. */
  busyInstances(): string[];
  /** What the router counts of itself, as Prometheus text lines. */
  metrics(): string;
  /**
   * Refuses new streams at once, closes those that stand with a hint to come back, spread over some time in which calls go on, then
   * refuses all that is new and lets running calls finish; at the deadline (milliseconds from now) it cuts what is left. Hands the last
   * counts to the usage sink.
   */
  close(options: { deadlineMs: number }): Promise<void>;
}

const requestIdPattern = /^[A-Za-z0-9._-]{1,64}$/;
/** Part of the deadline that is kept for handing over the last counts, and the most that it is. */
const flushShare = 0.2;
const longestFlushMs = 2_000;

/** Makes a router, ready to be mounted on the request event of a `node:http` server. */
export function createRouter(options: RouterOptions): Router {
  const limits = { ...defaultLimits, ...options.limits };
  const timing = { ...defaultTiming, ...options.timing };
  const reportError = sampledReport(options.reportError ?? (() => {}));
  const policy = new CrossOriginPolicy(options);
  const ownMetrics = new RouterMetrics();
  const usage = new UsageCounter(options.usage, limits, timing);
  const ownSessions = new MemorySessionDirectory(limits.maxSessions);
  const sessions = options.sessions ?? ownSessions;
  const sessionIds = new SessionIds(options.sessionKey ?? randomBytes(32), options.otherSessionKeys);
  const connections = new InstanceConnections(timing, limits.maxConnectsAtOnce);
  const pathPrefix = options.pathPrefix ?? '/i/';
  const requestIds = new RequestIds();
  const services: RouterServices = {
    pathPrefix,
    realm: options.realm ?? 'Smartlead MCP',
    limits,
    timing,
    verifier: new TokenVerifier(options.tokens, limits, timing),
    resolver: new RouteResolver({
      routes: options.routes,
      instances: options.instances,
      waker: options.waker,
      limits,
      timing,
      metrics: ownMetrics,
      reportError: (error) => reportError(error, ''),
    }),
    connections,
    sessions,
    sessionIds,
    knownSessions: new KnownSessions(sessionIds, sessions, timing.sessionMaxAgeMs, (sessionId) => httpSse.isConnected(sessionId)),
    restorer: new SessionRestorer({
      connections,
      sessions,
      pathPrefix,
      timeoutMs: timing.arrivalWaitMs,
      reportError: (error) => reportError(error, ''),
    }),
    lastRequests: new LastRequests(),
    usage,
    traffic: new TrafficMeter(usage, timing),
    events: new EventNotifier(options.events, timing.tokenUsedMs, (error) => reportError(error, '')),
    metrics: ownMetrics,
    open: new OpenExchanges(limits, (scope) => ownMetrics.streamClosedByLimit(scope)),
    posts: new PostAllowance(limits),
    bodyDeadlines: new BodyDeadlines(timing.bodyTimeoutMs),
    rates: new CallRates(limits),
    streamTurns: new Turns({
      perTurn: limits.maxStreamsOpenedPerTurn,
      perSecond: limits.maxStreamsOpenedPerSecond,
      atOnce: limits.maxStreamsOpenedAtOnce,
      maxWaiting: limits.maxStreamsWaiting,
      // Of more, those in front would be closed for those behind them.
      maxWaitingPerOwner: limits.maxStreamsPerToken,
    }),
    eventStreams: new Set(),
    holdRoom: new HoldRoom(),
    reopener: new StreamReopener(timing.standingStreamLookMs),
    get httpSse() {
      return httpSse;
    },
    reportError,
  };
  const httpSse = new HttpSseDoors(services, options.sessionHolder);
  const { open, verifier, resolver, metrics } = services;
  const tokenWatch = new OpenTokenWatch(open, verifier, timing.tokenRecheckMs, (error) => reportError(error, ''));
  const vanishedClients = new VanishedClients(services.eventStreams, { intervalMs: timing.keepAliveMs });
  const streamKeeper = new StreamKeeper(services.eventStreams, metrics, timing);
  const drain = new Drain(open, timing.drainSpreadMs);
  let closed: Promise<void> | undefined;

  async function close(deadlineMs: number): Promise<void> {
    const flushMs = Math.min(longestFlushMs, deadlineMs * flushShare);
    await drain.run(deadlineMs - flushMs);
    tokenWatch.stop();
    vanishedClients.stop();
    streamKeeper.stop();
    services.reopener.stop();
    services.bodyDeadlines.stop();
    httpSse.close();
    await usage.close(flushMs);
    await services.connections.destroy();
  }

  return {
    handle(request, response) {
      const named = request.headers['x-request-id'];
      const requestId = typeof named === 'string' && requestIdPattern.test(named) ? named : requestIds.next();
      // A client may leave while it is being written to; its exchange hears of that by `close`.
      response.on('error', ignoreError);
      const admission = new Admission(services, request, response, requestId);
      try {
        admission.decide(policy, drain.phase);
      } catch (error) {
        admission.break(error);
      }
    },
    revokeToken(tokenIdOrHash) {
      verifier.revoke(tokenIdOrHash);
      httpSse.revoke(tokenIdOrHash);
      for (const exchange of open.ofToken(tokenIdOrHash)) exchange.close(refusals.tokenUnknown, false);
    },
    instanceGone(instanceId) {
      resolver.forget(instanceId);
      for (const exchange of open.ofInstance(instanceId)) exchange.loseInstance();
    },
    instanceCame(instanceId) {
      resolver.forget(instanceId);
      resolver.arrived(instanceId);
      services.reopener.came(instanceId);
    },
    routeRemoved(instanceId) {
      resolver.forget(instanceId);
    },
    forgetLookUps() {
      verifier.forgetAll();
      resolver.forgetAll();
    },
    load() {
      return { streamsOpen: open.streamCount, callsTotal: usage.calls };
    },
    activity(instanceId) {
      let requestsInFlight = 0;
      let streams = 0;
      for (const exchange of open.ofInstance(instanceId)) {
        if (exchange.isStanding) streams += 1;
        if (exchange.owesAnswer) requestsInFlight += 1;
      }
      return { lastRequestAt: services.lastRequests.of(instanceId), requestsInFlight, streams };
    },
    busyInstances() {
      return [...new Set([...services.lastRequests.instanceIds(), ...open.instanceIds()])];
    },
    metrics() {
      return metrics.render([
        { name: 'open_requests', type: 'gauge', help: 'Requests that are open now, streams included.', value: open.count },
        { name: 'open_streams', type: 'gauge', help: 'Standing streams that are open now.', value: open.streamCount },
        { name: 'waiting_requests', type: 'gauge', help: 'Requests that wait for their instance.', value: resolver.waiting },
        {
          name: 'streams_waiting',
          type: 'gauge',
          help: 'Streams that wait for their turn.',
          value: services.streamTurns.waiting,
        },
        { name: 'held_body_bytes', type: 'gauge', help: 'Memory taken by request bodies.', value: services.posts.heldBytes },
        { name: 'sessions', type: 'gauge', help: 'Sessions remembered in this router.', value: ownSessions.size },
        {
          name: 'parked_sessions',
          type: 'gauge',
          help: 'HTTP+SSE sessions whose clients were cut off and may come back.',
          value: httpSse.parkedSessions,
        },
        { name: 'cached_tokens', type: 'gauge', help: 'Token look-ups remembered.', value: verifier.cachedTokens },
        { name: 'calls_total', type: 'counter', help: 'Tool calls handed to instances.', value: usage.calls },
        { name: 'call_errors_total', type: 'counter', help: 'Tool calls without a result.', value: usage.errors },
        { name: 'usage_pending_records', type: 'gauge', help: 'Usage records not handed over yet.', value: usage.pendingRecords },
        {
          name: 'usage_failed_flushes_total',
          type: 'counter',
          help: 'Attempts to hand over usage that failed.',
          value: usage.failedFlushes,
        },
      ]);
    },
    close({ deadlineMs }) {
      closed ??= close(deadlineMs);
      return closed;
    },
  };
}

function ignoreError(): void {}
