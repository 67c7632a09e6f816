import type { IncomingHttpHeaders } from 'node:http';
import type { AdmittedRequest } from '../admitted-request.ts';
import { targetOf } from '../choose-target.ts';
import { type AnswerListener, InstanceAttempt } from '../instance-connections.ts';
import { whenReady } from '../maybe-promise.ts';
import type { OpenExchange } from '../open-exchanges.ts';
import type { RouteRecord, RouteTarget } from '../ports.ts';
import { Refusal, refusals } from '../refusal.ts';
import { RequestsInFlight } from '../requests-in-flight.ts';
import { refuse } from '../respond.ts';
import type { RouterServices } from '../router-services.ts';
import type { VerifiedToken } from '../token-verifier.ts';
import { readAnswerHead } from './answer-head.ts';
import { isGoingAway } from './going-away.ts';
import { mcpRequest } from './mcp-request.ts';
import { WholeAnswer } from './whole-answer.ts';

/**
 * A `DELETE` at `/mcp`: the client ends its session. The process that knows it is told; where there is none, the session ends all the
 * same, and nobody is woken for that.
 */
export class SessionEnd implements AnswerListener, OpenExchange {
  readonly isStanding = false;
  readonly owesAnswer = true;
  readonly #services: RouterServices;
  readonly #admitted: AdmittedRequest;
  #attempt: InstanceAttempt | undefined;
  #answer: WholeAnswer | undefined;
  #finished = false;

  constructor(services: RouterServices, admitted: AdmittedRequest) {
    this.#services = services;
    this.#admitted = admitted;
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
    this.#services.open.add(this);
    whenReady(() => this.#services.resolver.peek(this.token), this.#onRoute, this.#onLookUpFailed);
  }

  close(refusal: Refusal): void {
    this.#attempt?.abandon();
    if (this.#admitted.response.headersSent) this.#admitted.response.destroy();
    else this.#refuse(refusal);
  }

  loseInstance(): void {
    if (this.#attempt?.abandon() === true) this.onFailure();
  }

  cancel(): void {
    // Nothing is asked here that could be cancelled.
  }

  onAnswer(status: number, headers: IncomingHttpHeaders): void {
    if (isGoingAway(status, headers) || status === 404 || status >= 500) {
      this.#attempt?.abandon();
      this.#end(200);
    } else if (status < 300) {
      this.#attempt?.abandon();
      this.#end(status);
    } else {
      const { commonHeaders, response } = this.#admitted;
      const { usage, holdRoom } = this.#services;
      const head = readAnswerHead(headers, commonHeaders);
      this.#answer = new WholeAnswer(
        response,
        status,
        head,
        new RequestsInFlight(usage),
        false,
        holdRoom.of(this.token.workspaceId),
      );
    }
  }

  onChunk(chunk: Buffer): boolean {
    return this.#answer?.write(chunk) ?? true;
  }

  onEnd(): void {
    this.#answer?.end();
  }

  onFailure(): void {
    if (!this.#finished && (this.#answer === undefined || this.#answer.cut())) this.#end(200);
  }

  readonly #onRoute = (route: RouteRecord | Refusal | undefined): void => {
    if (this.#finished) return;
    const { session } = this.#admitted;
    if (session === undefined) {
      // The instance says what is missing.
      if (route === undefined || route instanceof Refusal) this.#refuse(route ?? refusals.instanceUnreachable);
      else this.#send(route);
      return;
    }
    const isThere = route !== undefined && !(route instanceof Refusal);
    const { incarnation } = session;
    const target = isThere ? (incarnation === undefined ? route : targetOf(route, incarnation)) : undefined;
    if (target === undefined) this.#end(200);
    else this.#send(target);
  };

  #send(target: RouteTarget): void {
    const attempt = new InstanceAttempt(this);
    this.#attempt = attempt;
    const options = { method: 'DELETE', body: null, isStream: false } as const;
    this.#services.connections.send(target, mcpRequest(this.#admitted, target, this.#services.pathPrefix, options), attempt);
  }

  #end(status: number): void {
    const { session } = this.#admitted;
    if (session === undefined) {
      this.#refuse(refusals.instanceUnreachable);
      return;
    }
    whenReady(
      () => this.#services.sessions.end(session),
      () => this.#confirm(status),
      this.#onLookUpFailed,
    );
  }

  #confirm(status: number): void {
    const { response, commonHeaders } = this.#admitted;
    if (response.headersSent || response.destroyed) return;
    const length = status === 204 ? [] : ['Content-Length', '0'];
    response.writeHead(status, [...commonHeaders, ...length, 'Cache-Control', 'no-store']);
    response.end();
  }

  readonly #onLookUpFailed = (error: unknown): void => {
    this.#services.reportError(error, this.#admitted.requestId);
    this.#refuse(refusals.directoryUnavailable);
  };

  #refuse(refusal: Refusal): void {
    this.#services.metrics.refusal(refusal.reason);
    refuse(this.#admitted, refusal, null, this.#services.realm);
  }

  readonly #finish = (): void => {
    if (this.#finished) return;
    this.#finished = true;
    this.#attempt?.abandon();
    this.#services.open.remove(this);
    const { response } = this.#admitted;
    this.#services.metrics.request('mcp', response.headersSent ? response.statusCode : 'aborted');
  };
}
