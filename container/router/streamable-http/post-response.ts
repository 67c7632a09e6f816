import type { IncomingHttpHeaders } from 'node:http';
import type { AdmittedRequest } from '../admitted-request.ts';
import type { Refusal } from '../refusal.ts';
import type { RequestsInFlight } from '../requests-in-flight.ts';
import { refuse } from '../respond.ts';
import type { RouterServices } from '../router-services.ts';
import type { RpcRequest } from '../rpc-request.ts';
import { isEventStream, readAnswerHead } from './answer-head.ts';
import { ClientEventStream } from './client-event-stream.ts';
import type { OwnAnswer } from './own-answers.ts';
import { type InstanceAnswerSink, WholeAnswer } from './whole-answer.ts';
import { WrappedAnswer } from './wrapped-answer.ts';

/**
 * The response to a POST. It takes what several processes answer, one after the other, and what the router says itself, and keeps to
 * one form: nothing is sent before it is known that it can be completed, or it is an event stream that anybody can go on with.
 */
export class PostResponse {
  readonly #services: RouterServices;
  readonly #admitted: AdmittedRequest;
  readonly #rpc: RpcRequest;
  readonly #inFlight: RequestsInFlight;
  /** The session that the request belongs to or begins. */
  readonly #sessionId: string | undefined;
  /** The present answer, where it is no event stream. */
  #answer: InstanceAnswerSink | undefined;
  /** What the response has become, where it is an event stream. */
  #stream: ClientEventStream | undefined;

  constructor(
    services: RouterServices,
    admitted: AdmittedRequest,
    rpc: RpcRequest,
    inFlight: RequestsInFlight,
    sessionId: string | undefined,
  ) {
    this.#services = services;
    this.#admitted = admitted;
    this.#rpc = rpc;
    this.#inFlight = inFlight;
    this.#sessionId = sessionId;
  }

  /** Whether the client holds an event stream. */
  get isStream(): boolean {
    return this.#stream !== undefined;
  }

  /** The id of the last event of the present answer, where it is a stream whose events have ids. */
  get lastEventId(): string | undefined {
    return this.#stream?.lastEventId;
  }

  /** A process begins its answer. */
  begin(status: number, headers: IncomingHttpHeaders): void {
    const holdRoom = this.#services.holdRoom.of(this.#admitted.token.workspaceId);
    if (this.#stream !== undefined) {
      this.#answer = isEventStream(headers) ? undefined : new WrappedAnswer(this.#stream, status, this.#inFlight, holdRoom);
      return;
    }
    const { response, commonHeaders } = this.#admitted;
    const head = readAnswerHead(headers, commonHeaders);
    const owesResult = this.#rpc.requestIds.length > 0;
    if (head.isStream) this.#openStream(status, head.headers, head.isOpaque);
    else this.#answer = new WholeAnswer(response, status, head, this.#inFlight, owesResult, holdRoom);
  }

  /** Takes bytes of the answer. Answers whether more may come before the client has read these. */
  write(chunk: Buffer): boolean {
    return (this.#answer ?? this.#stream)?.write(chunk) ?? true;
  }

  /** The answer came to its end. Answers `false` where requests still wait, and then leaves the response open. */
  complete(): boolean {
    const answer = this.#answer;
    this.#answer = undefined;
    const isComplete = answer?.end() ?? (this.#inFlight.size === 0 || this.#stream?.isOpaque === true);
    if (isComplete) this.#stream?.end();
    return isComplete;
  }

  /** The answer broke off. Answers whether another one may follow; where not, the client's connection is cut. */
  breakOff(): boolean {
    const answer = this.#answer;
    this.#answer = undefined;
    if (answer !== undefined) return answer.cut();
    if (this.#stream === undefined || this.#stream.endAnswer()) return true;
    this.#inFlight.failAll();
    this.#stream.cut();
    return false;
  }

  /** Makes the response a stream before any process has answered. Answers whether it is one then: the client must take it. */
  openStream(): boolean {
    const { request, response } = this.#admitted;
    if (this.#stream !== undefined) return true;
    const accepts = request.headers.accept?.includes('text/event-stream') === true;
    if (!accepts || response.headersSent || response.destroyed || this.#rpc.requestIds.length === 0) return false;
    this.#openStream(200, ['Content-Type', 'text/event-stream', 'X-Accel-Buffering', 'no', ...this.#ownHeaders()], false);
    return true;
  }

  /** Answers some of the requests on the stream, in the place of a process. */
  tell(answers: readonly OwnAnswer[]): void {
    for (const { id, json } of answers) {
      this.#stream?.tell(json);
      this.#inFlight.answered(id, true);
    }
  }

  /** Answers all requests that still wait, in the place of a process. */
  answerAll(answers: readonly OwnAnswer[]): void {
    if (this.#stream !== undefined) {
      this.tell(answers);
      this.#stream.end();
      return;
    }
    this.#inFlight.failAll();
    const jsons = answers.map(({ json }) => json);
    const body = this.#rpc.requestIds.length === 1 ? (jsons[0] ?? '') : `[${jsons.join(',')}]`;
    const length = String(Buffer.byteLength(body));
    const { response } = this.#admitted;
    response.writeHead(200, ['Content-Type', 'application/json', 'Content-Length', length, ...this.#ownHeaders()]);
    response.end(body);
  }

  /** Ends the response with the refusal, in the form that it has. @param retryMs When the client may come back. */
  refuse(refusal: Refusal, retryMs?: number): void {
    this.#services.metrics.refusal(refusal.reason);
    if (this.#stream !== undefined) {
      if (!this.breakOff()) return;
      this.tell(this.#inFlight.ids().map((id) => ({ id, json: refusal.body(id) })));
      this.#stream.end(retryMs);
      return;
    }
    this.#inFlight.failAll();
    const ids = this.#rpc.requestIds;
    if (this.#admitted.response.headersSent) this.#admitted.response.destroy();
    else refuse(this.#admitted, refusal, ids.length === 1 ? (ids[0] ?? null) : null, this.#services.realm);
  }

  /** The response is closed, by whomever. */
  forget(): void {
    this.#inFlight.dropAll();
    this.#answer?.cut();
    this.#answer = undefined;
    if (this.#stream === undefined) return;
    this.#stream.endAnswer();
    this.#services.eventStreams.delete(this.#stream);
  }

  #ownHeaders(): string[] {
    const session = this.#sessionId === undefined ? [] : ['Mcp-Session-Id', this.#sessionId];
    return [...session, 'Cache-Control', 'no-store', ...this.#admitted.commonHeaders];
  }

  #openStream(status: number, headers: string[], isOpaque: boolean): void {
    const { response, token } = this.#admitted;
    const { holdRoom, eventStreams } = this.#services;
    const room = holdRoom.of(token.workspaceId);
    this.#stream = new ClientEventStream(response, { status, headers, isOpaque }, this.#inFlight, room);
    eventStreams.add(this.#stream);
  }
}
