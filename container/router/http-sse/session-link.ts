import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { sessionIdHeader } from '../../../core/data-plane-headers.ts';
import { askInstance } from '../ask-instance.ts';
import { chooseTarget } from '../choose-target.ts';
import { headersForInstance } from '../instance-headers.ts';
import type { RouteRecord, RouteTarget } from '../ports.ts';
import { Refusal, refusals } from '../refusal.ts';
import type { RouterServices } from '../router-services.ts';
import type { SessionRecord } from '../sessions/session-record.ts';
import { replayedIdPrefix, replayedInitialize, replayedMessages } from '../sessions/session-recorder.ts';
import type { VerifiedToken } from '../token-verifier.ts';
import type { OpeningGate } from './opening-gate.ts';
import { type Answered, Upstream, type UpstreamListener, type UpstreamOpening } from './upstream.ts';

/** Longest pause between two attempts at a process that does not take the session yet. */
const longestPauseMs = 200;

type LinkAttempt = { upstream: Upstream; opening: UpstreamOpening };

/** Opens the session's stream at its instance, and there the session itself as its record says. */
export class SessionLink {
  readonly #services: RouterServices;
  readonly #gate: OpeningGate;
  readonly #record: SessionRecord;
  readonly #headers: IncomingHttpHeaders;
  readonly #listener: UpstreamListener;
  /** Goes on with the replay: with whether the process took the handshake, or that it is gone. */
  #onReplayed: ((outcome: 'taken' | 'refused' | 'lost') => void) | undefined;
  #current: Upstream | undefined;
  /** Ends the attempt that is under way. */
  #settleClosed: (() => void) | undefined;
  #isClosed = false;

  /** @param headers Of the client's `GET`: what of them is of use to an instance is passed on. */
  constructor(
    services: RouterServices,
    gate: OpeningGate,
    record: SessionRecord,
    headers: IncomingHttpHeaders,
    listener: UpstreamListener,
  ) {
    this.#services = services;
    this.#gate = gate;
    this.#record = record;
    this.#headers = headersOfInterest(headers);
    this.#listener = listener;
  }

  /**
   * Wakes the instance, or waits for it, and opens the session there. Answers with the stream once the process knows the session, or
   * with the refusal where that does not come about within the time that requests wait. Rejects where a directory fails.
   */
  async open(token: VerifiedToken): Promise<Upstream | Refusal> {
    const { resolver, timing } = this.#services;
    const deadline = performance.now() + timing.arrivalWaitMs;
    let pauseMs = timing.arrivalPollMs;
    let failed: RouteTarget | undefined;
    while (!this.#isClosed) {
      const route = await resolver.resolve(token, undefined, failed);
      if (route instanceof Refusal) return route;
      const { upstream, opening } = await this.#attempt(route);
      if (opening.kind === 'open') {
        const replayed = await this.#replay(upstream);
        if (replayed === 'done') return upstream;
        upstream.abandon();
        if (replayed === 'refused') return refusals.sessionNotRestored;
      } else if (opening.kind === 'refused' && !isPassing(opening.status)) return refusalOf(opening.status);
      if (performance.now() >= deadline) return refusals.instanceUnreachable;
      failed = isGone(opening) ? upstream.target : undefined;
      resolver.forget(this.#record.instanceId);
      await pause(pauseMs, undefined, { ref: false });
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    }
    return refusals.clientLeft;
  }

  /** Opens the stream alone, once. Never rejects. */
  async #attempt(route: RouteRecord): Promise<LinkAttempt> {
    const { connections, metrics, events, pathPrefix, timing } = this.#services;
    const { instanceId } = this.#record;
    const target = chooseTarget(route, this.#record.incarnation, connections.loadOf);
    await this.#gate.enter(instanceId);
    const attempt = await new Promise<LinkAttempt>((resolve) => {
      const settle = (opening: UpstreamOpening) => {
        clearTimeout(timer);
        resolve({ upstream, opening });
      };
      const upstream = new Upstream(target, this.#listener, settle);
      // A process that hangs may have sent the head of its answer, and then nothing.
      const timer = setTimeout(() => {
        upstream.abandon();
        settle({ kind: 'failed', failure: 'timed-out' });
      }, timing.arrivalWaitMs);
      timer.unref();
      this.#current = upstream;
      if (this.#isClosed) {
        settle({ kind: 'failed', failure: 'lost' });
        return;
      }
      const headers = headersForInstance(this.#headers, {
        accessToken: target.accessToken,
        prefix: pathPrefix + instanceId,
        requestId: this.#record.id.slice(-16),
      });
      headers.push(sessionIdHeader, this.#record.id);
      connections.sendCounted(target, { method: 'GET', path: '/sse', headers, body: null, isStream: true }, upstream.attempt);
      this.#settleClosed = () => settle({ kind: 'failed', failure: 'lost' });
    });
    this.#settleClosed = undefined;
    this.#gate.leave(instanceId);
    const { opening } = attempt;
    if (opening.kind === 'failed' && !this.#isClosed) {
      metrics.instanceFailure(opening.failure);
      events.instanceFailed({ instanceId, address: target.address, kind: opening.failure });
    }
    return attempt;
  }

  /** An answer to something that the router asked in the client's name. */
  replayed({ id, isError }: Answered): void {
    if (id === `${replayedIdPrefix}initialize`) this.#onReplayed?.(isError ? 'refused' : 'taken');
  }

  /** The stream ended before the session was open. */
  lost(upstream: Upstream): void {
    if (upstream === this.#current) this.#onReplayed?.('lost');
  }

  /** Nobody needs the session any more. */
  close(): void {
    this.#isClosed = true;
    this.#current?.abandon();
    this.#settleClosed?.();
    this.#onReplayed?.('lost');
  }

  /** Says to the process what the client said to another one: its handshake, and what it changed since. */
  async #replay(upstream: Upstream): Promise<'done' | 'lost' | 'refused'> {
    const initialize = replayedInitialize(this.#record);
    if (initialize === undefined) return 'done';
    const outcome = new Promise<'taken' | 'refused' | 'lost'>((resolve) => {
      this.#onReplayed = resolve;
    });
    const accepted = await this.#post(upstream, initialize);
    if (accepted !== 'accepted') return accepted;
    if (upstream.isOver) return 'lost';
    const timer = setTimeout(() => this.#onReplayed?.('lost'), this.#services.timing.arrivalWaitMs);
    timer.unref();
    const answered = await outcome;
    clearTimeout(timer);
    this.#onReplayed = undefined;
    if (answered !== 'taken') return answered;
    for (const message of replayedMessages(this.#record)) {
      // What the new process does not offer any more cannot be had back; the session goes on without it.
      if ((await this.#post(upstream, message)) === 'lost') return 'lost';
    }
    return upstream.isOver ? 'lost' : 'done';
  }

  async #post({ target, sessionId }: Upstream, message: Record<string, unknown>): Promise<'accepted' | 'lost' | 'refused'> {
    const { connections, pathPrefix, timing } = this.#services;
    const headers = headersForInstance(
      { ...this.#headers, 'content-type': 'application/json' },
      {
        accessToken: target.accessToken,
        prefix: pathPrefix + this.#record.instanceId,
        requestId: this.#record.id.slice(-16),
      },
    );
    const path = `/messages?sessionId=${encodeURIComponent(sessionId)}`;
    const body = Buffer.from(JSON.stringify(message));
    const answer = await askInstance(
      connections,
      target,
      { method: 'POST', path, headers, body, isStream: false },
      timing.arrivalWaitMs,
    );
    if (typeof answer === 'string' || isPassing(answer.status) || answer.status === 404) return 'lost';
    return answer.status < 300 ? 'accepted' : 'refused';
  }
}

/** Whether another process, or the same a little later, may say otherwise. */
function isPassing(status: number): boolean {
  return status === 401 || status === 403 || status === 429 || status >= 500;
}

/** Whether the process is not where the route says. */
function isGone(opening: UpstreamOpening): boolean {
  if (opening.kind === 'failed') return opening.failure === 'not-reached';
  return opening.kind === 'refused' && (opening.status === 401 || opening.status === 403);
}

function refusalOf(status: number): Refusal {
  return status === 404 ? refusals.sseNotServed : refusals.sessionNotRestored;
}

/** The request's other headers are not held for as long as the session lives. */
function headersOfInterest({ accept, 'user-agent': userAgent }: IncomingHttpHeaders): IncomingHttpHeaders {
  return { ...(accept === undefined ? {} : { accept }), ...(userAgent === undefined ? {} : { 'user-agent': userAgent }) };
}
