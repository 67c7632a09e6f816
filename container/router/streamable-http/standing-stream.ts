import type { IncomingHttpHeaders } from 'node:http';
import type { AdmittedRequest } from '../admitted-request.ts';
import { chooseTarget } from '../choose-target.ts';
import { type AnswerListener, InstanceAttempt, type InstanceFailure } from '../instance-connections.ts';
import { whenReady } from '../maybe-promise.ts';
import type { OpenExchange } from '../open-exchanges.ts';
import type { RouteRecord, RouteTarget } from '../ports.ts';
import { Refusal, type RpcId, refusals } from '../refusal.ts';
import { RequestsInFlight } from '../requests-in-flight.ts';
import { refuse } from '../respond.ts';
import { retryHint } from '../retry-hint.ts';
import type { RouterServices } from '../router-services.ts';
import { incarnationOf } from '../sessions/session-record.ts';
import type { VerifiedToken } from '../token-verifier.ts';
import { isEventStream, readAnswerHead } from './answer-head.ts';
import { ClientEventStream } from './client-event-stream.ts';
import { isGoingAway } from './going-away.ts';
import type { WorkspaceHoldRoom } from './held-bytes.ts';
import { mcpRequest } from './mcp-request.ts';
import type { ReopenableStream } from './stream-reopener.ts';
import { type InstanceAnswerSink, WholeAnswer } from './whole-answer.ts';
import { WrappedAnswer } from './wrapped-answer.ts';

/** An answer that ends sooner was none: the pause before the next one grows. */
const shortLivedMs = 1_000;
const firstPauseMs = 250;
const longestPauseMs = 60_000;
/** A client that is gone without a word is noticed by the system. */
const keepAliveDelayMs = 30_000;
const ownStreamHeaders = ['Content-Type', 'text/event-stream', 'Cache-Control', 'no-store', 'X-Accel-Buffering', 'no'];

/**
 * A stream that stays open for what an instance says by itself: a `GET` of a session, or `subscriptions/listen`. It is the client's for
 * as long as the client holds it: instances come, end and sleep behind it, and it neither wakes them nor keeps them awake.
 */
export class StandingStream implements AnswerListener, OpenExchange, ReopenableStream {
  readonly isStanding = true;
  readonly owesAnswer = false;
  readonly #services: RouterServices;
  readonly #admitted: AdmittedRequest;
  /** The `subscriptions/listen` that the instance answers when it ends the stream for good; `null` for a GET. */
  readonly #body: Buffer | null;
  readonly #inFlight: RequestsInFlight;
  #target: RouteTarget | undefined;
  #attempt: InstanceAttempt | undefined;
  #stream: ClientEventStream | undefined;
  /** An answer that is no stream. */
  #answer: InstanceAnswerSink | undefined;
  #lastEvent: { id: string; incarnation: string } | undefined;
  #sentAt = 0;
  #isReopened = false;
  #wasMissing = false;
  #pauseMs = 0;
  #pause: NodeJS.Timeout | undefined;
  #patience: NodeJS.Timeout | undefined;
  #finished = false;

  constructor(services: RouterServices, admitted: AdmittedRequest, body: Buffer | null) {
    this.#services = services;
    this.#admitted = admitted;
    this.#body = body;
    this.#inFlight = new RequestsInFlight(services.usage);
    for (const id of admitted.rpc?.requestIds ?? []) this.#inFlight.add(id, undefined);
  }

  get token(): VerifiedToken {
    return this.#admitted.token;
  }

  get sessionId(): string | undefined {
    return this.#admitted.sessionId;
  }

  start(): void {
    const { response } = this.#admitted;
    if (response.destroyed) return;
    response.on('close', this.#finish);
    response.socket?.setKeepAlive(true, keepAliveDelayMs);
    this.#services.open.add(this);
    this.#patience = setTimeout(() => this.#openStream(), this.#services.timing.keepAliveMs / 3);
    this.look();
  }

  look(): void {
    if (!this.#finished) whenReady(() => this.#services.resolver.peek(this.token), this.#onRoute, this.#onLookUpFailed);
  }

  close(refusal: Refusal, withRetryHint: boolean): void {
    this.#attempt?.abandon();
    if (this.#stream !== undefined) this.#stream.end(withRetryHint ? retryHint(this.#services.timing) : undefined);
    else if (this.#admitted.response.headersSent) this.#admitted.response.destroy();
    else this.#refuse(refusal);
  }

  loseInstance(): void {
    if (this.#attempt?.abandon() === true) this.#onLost();
  }

  cancel(ids: readonly RpcId[]): void {
    if (this.#body === null) return;
    for (const id of ids) this.#inFlight.drop(id);
    if (this.#inFlight.size === 0) this.#stream?.end();
  }

  onAnswer(status: number, headers: IncomingHttpHeaders): void {
    if (isGoingAway(status, headers)) {
      this.#attempt?.abandon();
      this.#forgetTarget();
      this.#waitForInstance();
      return;
    }
    const { session } = this.#admitted;
    if (status === 404 && session !== undefined && !this.#wasMissing) {
      this.#wasMissing = true;
      this.#attempt?.abandon();
      this.#restore(this.#sentAt);
      return;
    }
    if (status === 200 && isEventStream(headers)) {
      this.#openStream(headers);
      this.#services.reopener.came(this.token.instanceId);
    } else if (this.#stream === undefined) this.#passOn(status, headers);
    else if (this.#body !== null) {
      this.#answer = new WrappedAnswer(this.#stream, status, this.#inFlight, this.#holdRoom);
    } else {
      this.#attempt?.abandon();
      this.#onLost();
    }
  }

  onChunk(chunk: Buffer): boolean {
    const mayGoOn = (this.#answer ?? this.#stream)?.write(chunk) ?? true;
    if (!mayGoOn && !this.#finished) this.#admitted.response.once('drain', this.#onDrain);
    return mayGoOn || this.#finished;
  }

  onEnd(): void {
    const answer = this.#answer;
    this.#answer = undefined;
    const isWhole = answer?.end() === true;
    if (isWhole && this.#stream === undefined) return;
    if (this.#stream?.isOpaque === true) this.#stream.end();
    else this.#onLost();
  }

  onFailure(failure: InstanceFailure): void {
    if (this.#finished) return;
    this.#services.metrics.instanceFailure(failure);
    const address = this.#target?.address ?? '';
    this.#services.events.instanceFailed({ instanceId: this.token.instanceId, address, kind: failure });
    const wasReached = failure !== 'not-reached';
    if (!wasReached) this.#forgetTarget();
    const answer = this.#answer;
    this.#answer = undefined;
    if (answer === undefined || answer.cut()) this.#onLost(wasReached);
  }

  readonly #onRoute = (route: RouteRecord | Refusal | undefined): void => {
    if (this.#finished) return;
    if (route instanceof Refusal) {
      if (this.#stream === undefined) this.#refuse(route);
      else if (route === refusals.instanceNotFound) this.#stream.end();
      else this.#waitForInstance();
      return;
    }
    if (route === undefined) {
      this.#waitForInstance();
      return;
    }
    const incarnation = this.#admitted.session?.incarnation;
    this.#target = chooseTarget(route, incarnation, this.#services.connections.loadOf);
    this.#wasMissing = false;
    if (incarnation !== undefined && incarnation !== incarnationOf(this.#target)) this.#restore(undefined);
    else this.#send();
  };

  #send(): void {
    const target = this.#target;
    if (target === undefined) return;
    this.#sentAt = performance.now();
    const attempt = new InstanceAttempt(this);
    this.#attempt = attempt;
    const isPost = this.#body !== null;
    const options = { method: isPost ? 'POST' : 'GET', body: this.#body, isStream: true, ...this.#continuation(target) } as const;
    this.#isReopened = true;
    this.#services.connections.send(target, mcpRequest(this.#admitted, target, this.#services.pathPrefix, options), attempt);
  }

  /** Only the process that gave an event its id knows what came after it. */
  #continuation(target: RouteTarget): { lastEventId?: string | null } {
    if (!this.#isReopened) return {};
    const last = this.#lastEvent;
    return { lastEventId: last?.incarnation === incarnationOf(target) ? last.id : null };
  }

  #restore(missedAt: number | undefined): void {
    const { session } = this.#admitted;
    const target = this.#target;
    if (session === undefined || target === undefined) return;
    const restored = this.#services.restorer.restore(session, target, missedAt);
    restored
      .then((outcome) => {
        if (this.#finished) return;
        if (outcome === 'restored') {
          this.#isReopened = true;
          this.#send();
        } else if (outcome === 'refused' && this.#stream === undefined) this.#refuse(refusals.sessionNotFound);
        else if (outcome === 'refused') this.#onLost();
        else {
          this.#forgetTarget();
          this.#waitForInstance();
        }
      })
      .catch(this.#onLookUpFailed);
  }

  /**
   * The instance ended the stream, or was lost. The client keeps it.
   * @param wasReached Whether there was an answer that can have been short-lived; how often one that is away is looked for, the reopener knows.
   */
  #onLost(wasReached = true): void {
    this.#noteLastEvent();
    if (this.#finished) return;
    if (this.#stream?.endAnswer() === false) {
      this.#stream.cut();
      return;
    }
    if (this.#body !== null && this.#inFlight.size === 0) {
      this.#stream?.end();
      return;
    }
    if (!wasReached) {
      this.#waitForInstance();
      return;
    }
    const lasted = performance.now() - this.#sentAt;
    this.#pauseMs = lasted >= shortLivedMs ? 0 : Math.min(longestPauseMs, Math.max(firstPauseMs, 2 * this.#pauseMs));
    if (this.#pauseMs <= firstPauseMs) this.#waitForInstance();
    else {
      this.#openStream();
      this.#pause = setTimeout(this.#waitForInstance, this.#pauseMs);
      this.#pause.unref();
    }
  }

  readonly #waitForInstance = (): void => {
    if (this.#finished) return;
    if (this.#admitted.session === undefined && this.#body === null) {
      // There is nothing to open again.
      if (this.#stream === undefined) this.#refuse(refusals.instanceUnreachable);
      else this.#stream.end();
      return;
    }
    this.#openStream();
    this.#services.reopener.wait(this.token.instanceId, this);
  };

  #noteLastEvent(): void {
    const id = this.#stream?.lastEventId;
    if (id !== undefined && this.#target !== undefined) this.#lastEvent = { id, incarnation: incarnationOf(this.#target) };
  }

  get #holdRoom(): WorkspaceHoldRoom {
    return this.#services.holdRoom.of(this.token.workspaceId);
  }

  #forgetTarget(): void {
    if (this.#target !== undefined) this.#services.resolver.forgetRouteTo(this.token.instanceId, this.#target);
  }

  /** Begins the client's stream, unless it has begun. @param headers Those of the instance's answer, where there is one. */
  #openStream(headers?: IncomingHttpHeaders): void {
    const { response, commonHeaders, session } = this.#admitted;
    if (this.#stream !== undefined || response.headersSent || response.destroyed) return;
    clearTimeout(this.#patience);
    const answered = headers === undefined ? undefined : readAnswerHead(headers, commonHeaders);
    const head = answered?.headers ?? [...commonHeaders, ...ownStreamHeaders];
    if (headers?.['mcp-session-id'] === undefined && session !== undefined) head.push('Mcp-Session-Id', session.id);
    const isOpaque = answered?.isOpaque === true;
    this.#stream = new ClientEventStream(response, { status: 200, headers: head, isOpaque }, this.#inFlight, this.#holdRoom);
    this.#services.eventStreams.add(this.#stream);
  }

  /** The instance offers no stream and says why. */
  #passOn(status: number, headers: IncomingHttpHeaders): void {
    clearTimeout(this.#patience);
    const { response, commonHeaders } = this.#admitted;
    const head = readAnswerHead(headers, commonHeaders);
    this.#answer = new WholeAnswer(response, status, head, this.#inFlight, false, this.#holdRoom);
  }

  readonly #onLookUpFailed = (error: unknown): void => {
    this.#services.reportError(error, this.#admitted.requestId);
    if (this.#finished) return;
    if (this.#stream === undefined) this.#refuse(refusals.directoryUnavailable);
    else this.#waitForInstance();
  };

  readonly #onDrain = (): void => this.#attempt?.resume();

  #refuse(refusal: Refusal): void {
    this.#services.metrics.refusal(refusal.reason);
    refuse(this.#admitted, refusal, this.#admitted.rpc?.requestIds[0] ?? null, this.#services.realm);
  }

  /** The response is closed: by us, or its client has gone. */
  readonly #finish = (): void => {
    if (this.#finished) return;
    this.#finished = true;
    clearTimeout(this.#patience);
    clearTimeout(this.#pause);
    this.#attempt?.abandon();
    this.#inFlight.dropAll();
    const { open, eventStreams, metrics, reopener } = this.#services;
    reopener.forget(this.token.instanceId, this);
    open.remove(this);
    if (this.#stream !== undefined) {
      this.#stream.endAnswer();
      eventStreams.delete(this.#stream);
    }
    const { response } = this.#admitted;
    metrics.request('mcp', response.headersSent ? response.statusCode : 'aborted');
  };
}
