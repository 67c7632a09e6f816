import type { IncomingHttpHeaders } from 'node:http';
import type { AdmittedRequest } from './admitted-request.ts';
import { EventStreamAnswer } from './event-stream-answer.ts';
import { type AnswerListener, InstanceAttempt, type InstanceFailure } from './instance-connections.ts';
import { appendHeadersForClient } from './instance-headers.ts';
import { instanceRequest } from './instance-request.ts';
import { whenReady } from './maybe-promise.ts';
import type { OpenExchange } from './open-exchanges.ts';
import { type ClientAnswer, PlainAnswer } from './plain-answer.ts';
import type { RouteRecord } from './ports.ts';
import { Refusal, refusals } from './refusal.ts';
import { RequestsInFlight } from './requests-in-flight.ts';
import { refuse } from './respond.ts';
import type { RouterServices } from './router-services.ts';
import type { VerifiedToken } from './token-verifier.ts';

/**
 * One client request, from its admission until the client has its answer or has gone. It holds the client's side; what it asks of
 * the instance is an `InstanceAttempt`, and there can be more than one of those. Whatever goes wrong at the instance arrives in
 * `onFailure`, the one place that decides what the client gets to see of it.
 */
export class Exchange implements AnswerListener, OpenExchange {
  readonly #services: RouterServices;
  readonly #admitted: AdmittedRequest;
  /** Requests of this exchange that wait for their answer; those sent to `messages` wait at the session's stream instead. */
  readonly #inFlight: RequestsInFlight;
  /** Kept until the instance answers. */
  #body: Buffer | null;
  #route: RouteRecord | undefined;
  #attempt: InstanceAttempt | undefined;
  #attempts = 0;
  #answer: ClientAnswer | undefined;
  #stream: EventStreamAnswer | undefined;
  #sessionOfStream: string | undefined;
  #finished = false;

  constructor(services: RouterServices, admitted: AdmittedRequest, body: Buffer | null) {
    this.#services = services;
    this.#admitted = admitted;
    this.#body = body;
    const sessionStream =
      admitted.door === 'messages' && admitted.sessionId !== undefined
        ? services.sessionStreams.find(admitted.sessionId, admitted.token)
        : undefined;
    this.#inFlight = sessionStream?.inFlight ?? new RequestsInFlight(services.usage);
  }

  get token(): VerifiedToken {
    return this.#admitted.token;
  }

  /** A stream opened by GET: it stays until somebody closes it. */
  get isStanding(): boolean {
    return this.#admitted.method === 'GET';
  }

  get sessionId(): string | undefined {
    return this.#admitted.sessionId;
  }

  /** Whether somebody waits for an answer that arrives here. */
  get owesAnswer(): boolean {
    return !this.isStanding || this.#inFlight.size > 0;
  }

  start(): void {
    const { response } = this.#admitted;
    if (response.destroyed) return;
    response.on('close', this.#finish);
    const oldest = this.#services.open.add(this, this.#services.limits.maxStreamsPerToken);
    if (oldest !== undefined) {
      this.#services.metrics.streamsClosedByLimit += 1;
      oldest.close(refusals.streamReplaced, true);
    }
    this.#resolve();
  }

  /** Ends the exchange from our side: with the refusal where nothing was answered yet, otherwise by ending the answer. */
  close(refusal: Refusal, withRetryHint: boolean): void {
    this.#attempt?.abandon();
    if (this.#stream !== undefined) {
      const { retryHintMs } = this.#services.timing;
      this.#stream.close(withRetryHint ? retryHintMs * (1 + Math.random()) : undefined);
    } else if (this.#admitted.response.headersSent) {
      this.#admitted.response.destroy();
    } else {
      this.#refuse(refusal);
    }
  }

  /** The platform says that the instance is gone, whatever its connection looks like. */
  loseInstance(): void {
    if (this.#attempt?.abandon() === true) this.onFailure('lost');
  }

  /** The client cancelled requests: their answers will not come. */
  cancel(ids: readonly (string | number)[]): void {
    for (const id of ids) this.#inFlight.drop(id);
  }

  onAnswer(status: number, headers: IncomingHttpHeaders): void {
    if (status === 401 || status === 403) {
      // The instance refused the router, not the client: it was launched anew, and the route is older than that.
      this.#attempt?.abandon();
      this.#tryNewRoute();
      return;
    }
    this.#body = null;
    this.#admitted.lease?.releaseBody();
    if (status < 300) this.#accepted(headers);
    else if (this.#admitted.door === 'messages') this.#failRequests();
    const { response, commonHeaders, method, door, rpc } = this.#admitted;
    const head = [...commonHeaders];
    appendHeadersForClient(headers, head);
    head.push('Cache-Control', 'no-store');
    if (headers['content-type']?.startsWith('text/event-stream') !== true) {
      const contentLength = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
      const owesResult = door === 'mcp' && method === 'POST' && (rpc?.requestIds.length ?? 0) > 0;
      const inFlight = door === 'messages' ? new RequestsInFlight(this.#services.usage) : this.#inFlight;
      this.#answer = new PlainAnswer(response, { status, headers: head, contentLength }, inFlight, owesResult);
      return;
    }
    head.push('X-Accel-Buffering', 'no');
    if (this.isStanding) response.socket?.setKeepAlive(true, 30_000);
    const encoding = headers['content-encoding'];
    const isOpaque = encoding !== undefined && encoding !== 'identity';
    this.#stream = new EventStreamAnswer(
      response,
      {
        status,
        headers: head,
        isStanding: this.isStanding,
        isOpaque,
        ...(door === 'sse' && !isOpaque ? { onEndpoint: this.#onEndpoint } : {}),
      },
      this.#inFlight,
    );
    this.#answer = this.#stream;
    this.#services.eventStreams.add(this.#stream);
  }

  onChunk(chunk: Buffer): boolean {
    const mayGoOn = this.#answer?.write(chunk) ?? true;
    if (!mayGoOn && !this.#finished) this.#admitted.response.once('drain', this.#onDrain);
    return mayGoOn || this.#finished;
  }

  onEnd(): void {
    if (this.#answer?.end() === false) {
      this.#services.metrics.instanceFailure('empty');
      this.#refuse(refusals.emptyAnswer);
    }
  }

  onFailure(failure: InstanceFailure): void {
    if (this.#finished) return;
    this.#services.metrics.instanceFailure(failure);
    if (failure === 'not-reached') {
      this.#tryNewRoute();
      return;
    }
    const isCall = (this.#admitted.rpc?.calls.length ?? 0) > 0;
    if (this.#answer?.cut() === true) return;
    this.#failRequests();
    if (failure === 'timed-out') this.#refuse(refusals.answerTimedOut);
    else if (this.isStanding) this.#refuse(refusals.instanceUnreachable);
    else this.#refuse(isCall ? refusals.outcomeUnknown : refusals.instanceLost);
  }

  #resolve(): void {
    this.#attempts += 1;
    whenReady(() => this.#services.resolver.resolve(this.token), this.#send, this.#onLookUpFailed);
  }

  /** Asks where the instance is now; where it moved since, the request goes there: it was not received before. */
  #tryNewRoute(): void {
    this.#services.resolver.forget(this.token.instanceId);
    if (this.#attempts === 1) this.#resolve();
    else this.#giveUp(refusals.instanceUnreachable);
  }

  readonly #send = (route: RouteRecord | Refusal): void => {
    if (this.#finished) return;
    if (route instanceof Refusal) {
      this.#giveUp(route);
      return;
    }
    const former = this.#route;
    if (former !== undefined && former.address === route.address && former.accessToken === route.accessToken) {
      this.#giveUp(refusals.instanceUnreachable);
      return;
    }
    if (former === undefined) this.#expectAnswers();
    this.#route = route;
    const attempt = new InstanceAttempt(this);
    this.#attempt = attempt;
    const request = instanceRequest(this.#admitted, route, this.#services.pathPrefix, this.#body);
    this.#services.connections.send(route, request, attempt);
  };

  readonly #onLookUpFailed = (error: unknown): void => {
    this.#services.reportError(error, this.#admitted.requestId);
    this.#giveUp(refusals.directoryUnavailable);
  };

  /** Counts the calls, now that they are handed to the instance, and notes which answers are to come. */
  #expectAnswers(): void {
    const rpc = this.#admitted.rpc;
    if (rpc === undefined) return;
    const { instanceId, workspaceId } = this.token;
    if (rpc.requestIds.length > rpc.calls.length) for (const id of rpc.requestIds) this.#inFlight.add(id, undefined);
    for (const { id, tool } of rpc.calls) this.#inFlight.add(id, this.#services.usage.called(instanceId, workspaceId, tool));
  }

  #accepted(headers: IncomingHttpHeaders): void {
    const { door, method, rpc, sessionId } = this.#admitted;
    if (rpc?.initialize !== undefined) {
      const { id: tokenId, instanceId, workspaceId } = this.token;
      const { clientName } = rpc.initialize;
      this.#services.events.clientConnected({
        instanceId,
        workspaceId,
        tokenId,
        ...(clientName === undefined ? {} : { clientName }),
      });
      const opened = headers['mcp-session-id'];
      if (typeof opened === 'string') this.#bindSession(opened);
    }
    if (method === 'DELETE' && door === 'mcp' && sessionId !== undefined) {
      whenReady(() => this.#services.sessions.release(sessionId), ignoreResult, this.#onSessionFailure);
    }
  }

  readonly #onEndpoint = (endpoint: string): void => {
    const sessionId = new URLSearchParams(endpoint.slice(endpoint.indexOf('?') + 1)).get('sessionId');
    if (sessionId === null || this.#stream === undefined) return;
    this.#sessionOfStream = sessionId;
    this.#bindSession(sessionId);
    this.#services.sessionStreams.attach(sessionId, this.#stream, this.token);
  };

  #bindSession(sessionId: string): void {
    const { instanceId, workspaceId } = this.token;
    whenReady(() => this.#services.sessions.bind(sessionId, { instanceId, workspaceId }), ignoreResult, this.#onSessionFailure);
  }

  readonly #onSessionFailure = (error: unknown): void => this.#services.reportError(error, this.#admitted.requestId);

  readonly #onDrain = (): void => this.#attempt?.resume();

  /** No answer will come to the requests of this exchange. */
  #failRequests(): void {
    if (this.#admitted.door !== 'messages') this.#inFlight.failAll();
    else for (const id of this.#admitted.rpc?.requestIds ?? []) this.#inFlight.answered(id, true);
  }

  #giveUp(refusal: Refusal): void {
    this.#failRequests();
    this.#refuse(refusal);
  }

  #refuse(refusal: Refusal): void {
    const ids = this.#admitted.rpc?.requestIds ?? [];
    this.#services.metrics.refusal(refusal.reason);
    refuse(this.#admitted, refusal, ids.length === 1 ? (ids[0] ?? null) : null, this.#services.realm);
  }

  /** The response is closed: completed, or its client has gone. */
  readonly #finish = (): void => {
    if (this.#finished) return;
    this.#finished = true;
    this.#attempt?.abandon();
    if (this.#admitted.door !== 'messages') this.#inFlight.dropAll();
    const { open, eventStreams, sessionStreams, sessions, metrics } = this.#services;
    open.remove(this);
    if (this.#stream !== undefined) {
      eventStreams.delete(this.#stream);
      const sessionId = this.#sessionOfStream;
      if (sessionId !== undefined) {
        sessionStreams.detach(sessionId, this.#stream);
        whenReady(() => sessions.release(sessionId), ignoreResult, this.#onSessionFailure);
      }
    }
    const { response, door } = this.#admitted;
    metrics.request(door, response.headersSent ? response.statusCode : 'aborted');
  };
}

function ignoreResult(): void {}
