import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Admission } from './admission.ts';
import { CrossOriginPolicy } from './cross-origin.ts';
import { EventNotifier } from './event-notifier.ts';
import { InstanceConnections } from './instance-connections.ts';
import { LastRequests } from './last-requests.ts';
import { RouterMetrics } from './metrics.ts';
import { OpenExchanges } from './open-exchanges.ts';
import { OpenTokenWatch } from './open-token-watch.ts';
import { defaultLimits, defaultTiming, type RouterOptions } from './options.ts';
import { PostAllowance } from './post-allowance.ts';
import { refusals } from './refusal.ts';
import { RouteResolver } from './route-resolver.ts';
import type { RouterServices } from './router-services.ts';
import { MemorySessionDirectory, SessionStreams } from './sessions.ts';
import { StreamKeeper } from './stream-keeper.ts';
import { TokenVerifier } from './token-verifier.ts';
import { UsageCounter } from './usage-counter.ts';

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
  /** How busy the instance is at this router; `lastRequestAt` in milliseconds since 1970, requests other than pings. */
  activity(instanceId: string): { lastRequestAt: number | undefined; requestsInFlight: number; streams: number };
  /** What the router counts of itself, as Prometheus text lines. */
  metrics(): string;
  /**
   * Refuses new requests, closes standing streams with a hint to come back, lets running calls finish until the deadline
   * (milliseconds from now), then cuts what is left and hands the last counts to the usage sink.
   */
  close(options: { deadlineMs: number }): Promise<void>;
}

const requestIdPattern = /^[A-Za-z0-9._-]{1,64}$/;
/** Part of the deadline that is kept for handing over the last counts. */
const flushShare = 0.2;

/** Makes a router, ready to be mounted on the request event of a `node:http` server. */
export function createRouter(options: RouterOptions): Router {
  const limits = { ...defaultLimits, ...options.limits };
  const timing = { ...defaultTiming, ...options.timing };
  const reportError = options.reportError ?? (() => {});
  const policy = new CrossOriginPolicy(options.allowedOrigins, options.allowedHosts);
  const sessions = new MemorySessionDirectory(limits.maxSessions);
  const services: RouterServices = {
    pathPrefix: options.pathPrefix ?? '/i/',
    realm: options.realm ?? 'Smartlead MCP',
    limits,
    timing,
    verifier: new TokenVerifier(options.tokens, limits, timing),
    resolver: new RouteResolver(options.routes, options.instances, limits, timing),
    connections: new InstanceConnections(timing),
    sessions,
    sessionStreams: new SessionStreams(),
    lastRequests: new LastRequests(),
    usage: new UsageCounter(options.usage, limits, timing),
    events: new EventNotifier(options.events, timing.tokenUsedMs, (error) => reportError(error, '')),
    metrics: new RouterMetrics(),
    open: new OpenExchanges(),
    posts: new PostAllowance(limits),
    eventStreams: new Set(),
    reportError,
  };
  const { open, usage, verifier, resolver, metrics } = services;
  const tokenWatch = new OpenTokenWatch(open, verifier, timing.tokenRecheckMs, (error) => reportError(error, ''));
  const streamKeeper = new StreamKeeper(services.eventStreams, metrics, timing);
  let closed: Promise<void> | undefined;

  async function close(deadlineMs: number): Promise<void> {
    const deadline = performance.now() + deadlineMs * (1 - flushShare);
    for (;;) {
      const waiting = open.all();
      for (const exchange of waiting) if (!exchange.owesAnswer) exchange.close(refusals.closing, true);
      if (open.count === 0 || performance.now() >= deadline) break;
      await pause(Math.min(20, Math.max(1, deadline - performance.now())));
    }
    for (const exchange of open.all()) exchange.close(exchange.owesAnswer ? refusals.closingUnanswered : refusals.closing, true);
    tokenWatch.stop();
    streamKeeper.stop();
    await usage.close(Math.max(deadlineMs * flushShare, 0));
    await services.connections.destroy();
  }

  return {
    handle(request, response) {
      const named = request.headers['x-request-id'];
      const requestId = typeof named === 'string' && requestIdPattern.test(named) ? named : randomUUID();
      // A client may leave while it is being written to; its exchange hears of that by `close`.
      response.on('error', ignoreError);
      const admission = new Admission(services, request, response, requestId);
      try {
        admission.decide(policy, closed !== undefined);
      } catch (error) {
        admission.break(error);
      }
    },
    revokeToken(tokenIdOrHash) {
      verifier.revoke(tokenIdOrHash);
      for (const exchange of open.ofToken(tokenIdOrHash)) exchange.close(refusals.tokenUnknown, false);
    },
    instanceGone(instanceId) {
      resolver.forget(instanceId);
      for (const exchange of open.ofInstance(instanceId)) exchange.loseInstance();
    },
    instanceCame(instanceId) {
      resolver.forget(instanceId);
      resolver.arrived(instanceId);
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
    metrics() {
      return metrics.render([
        { name: 'open_requests', type: 'gauge', help: 'Requests that are open now, streams included.', value: open.count },
        { name: 'open_streams', type: 'gauge', help: 'Standing streams that are open now.', value: open.streamCount },
        { name: 'held_body_bytes', type: 'gauge', help: 'Memory taken by request bodies.', value: services.posts.heldBytes },
        { name: 'sessions', type: 'gauge', help: 'Sessions whose owner is remembered.', value: sessions.size },
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
