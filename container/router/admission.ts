import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AdmittedRequest } from './admitted-request.ts';
import { carriesCredential, presentedToken } from './credentials.ts';
import type { CrossOriginPolicy } from './cross-origin.ts';
import { allowHeader, type DoorAddress, doorAllows, readDoorAddress, splitTarget } from './doors.ts';
import type { DrainPhase } from './drain.ts';
import type { Scope } from './fairness/scope.ts';
import { isDeeperThan } from './json-depth.ts';
import { TooManyLookUps } from './look-up-cache.ts';
import { whenReady } from './maybe-promise.ts';
import { isPossibleSessionId, refusedByHandshake, refusedByIds } from './message-limits.ts';
import type { PostLease } from './post-allowance.ts';
import { methodNotAllowed, Refusal, type RpcId, refusals } from './refusal.ts';
import { readBody, refusedByHeaders } from './request-body.ts';
import { type PendingResponse, refuse } from './respond.ts';
import { retryHint } from './retry-hint.ts';
import type { RouterServices } from './router-services.ts';
import { type RpcRequest, readRpcRequest } from './rpc-request.ts';
import type { SessionRecord } from './sessions/session-record.ts';
import { createMcpExchange, type McpExchange } from './streamable-http/create-exchange.ts';
import type { VerifiedToken } from './token-verifier.ts';

const rateRefusals: Record<Scope, Refusal> = {
  token: refusals.tooManyCallsOfToken,
  instance: refusals.tooManyCallsOfInstance,
  workspace: refusals.tooManyCallsOfWorkspace,
};
/** Whoever finds no room to wait in comes back so much later than one whose stream was closed: there are thousands of its kind. */
const crowdedRetryFactor = 4;

/**
 * The way of one request from its arrival to its exchange: address, method, origin, token, session, body, in this order, so that
 * whoever may not pass costs as little as possible. Where nothing has to be waited for, it is walked without a pause.
 */
export class Admission implements PendingResponse {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly #services: RouterServices;
  readonly #requestId: string;
  readonly #address: DoorAddress | undefined;
  /** The host in the request's target, where that is a whole URL. */
  readonly #targetHost: string | undefined;
  commonHeaders: readonly string[];
  #sessionId: string | undefined;
  #session: SessionRecord | undefined;
  #token: VerifiedToken | undefined;
  #lease: PostLease | undefined;

  constructor(services: RouterServices, request: IncomingMessage, response: ServerResponse, requestId: string) {
    this.#services = services;
    this.request = request;
    this.response = response;
    this.#requestId = requestId;
    const { path, host } = splitTarget(request.url ?? '');
    this.#targetHost = host;
    this.#address = readDoorAddress(path, services.pathPrefix);
    this.commonHeaders = ['X-Request-Id', requestId];
  }

  /** Lets the request in or refuses it. */
  decide(policy: CrossOriginPolicy, phase: DrainPhase): void {
    const refusal = this.#refusalByHead(policy, phase);
    if (refusal === refusals.closing && this.#address?.door === 'sse') {
      this.#turnAway(refusal, retryHint(this.#services.timing));
      return;
    }
    if (this.#refuseIf(refusal)) return;
    if (this.request.method === 'OPTIONS') {
      this.#answerOptions(policy);
      return;
    }
    const presented = presentedToken(this.request.headers);
    if (presented instanceof Refusal) this.#refuseIf(presented);
    else {
      const instanceId = this.#address?.instanceId ?? '';
      whenReady(() => this.#services.verifier.verify(presented, instanceId), this.#onToken, this.#onLookUpFailed);
    }
  }

  /**
   * Sends a client that wants an HTTP+SSE stream away for a while. A reader of event streams comes back after one that ends, and takes
   * any answer that is none for final (WHATWG HTML, section 9.2.2): a refusal would be the end of a client whose router restarts.
   */
  #turnAway({ reason }: Refusal, retryMs: number): void {
    this.#services.metrics.refusal(reason);
    const hint = `retry: ${retryMs}\n\n`;
    const headers = {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      // Of a known length it leaves in one piece: where many are sent away at once, that is half of what each costs.
      'Content-Length': String(hint.length),
      Connection: 'close',
    };
    this.response.writeHead(200, [...this.commonHeaders, ...Object.entries(headers).flat()]);
    this.response.end(hint);
  }

  /** Answers that something broke on our side. */
  break(error: unknown): void {
    this.#services.reportError(error, this.#requestId);
    if (this.response.headersSent) this.response.destroy();
    else this.#refuseIf(refusals.internalError);
  }

  /** Everything that can be judged before knowing who asks. */
  #refusalByHead(policy: CrossOriginPolicy, phase: DrainPhase): Refusal | undefined {
    const address = this.#address;
    if (address === undefined) return refusals.unknownDoor;
    const { method, headers } = this.request;
    const originHeaders = policy.check(this.request, this.#targetHost);
    if (originHeaders instanceof Refusal) return originHeaders;
    if (originHeaders.length > 0) this.commonHeaders = [...this.commonHeaders, ...originHeaders];
    if (!doorAllows(address.door, method ?? '')) return methodNotAllowed(allowHeader(address.door));
    if (phase !== 'open') {
      if (phase === 'closed' || method === 'GET') return refusals.closing;
      this.commonHeaders = [...this.commonHeaders, 'Connection', 'close'];
    }
    if (method !== 'POST' && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)) {
      return refusals.bodyNotExpected;
    }
    if (address.query === '') return undefined;
    const query = new URLSearchParams(address.query);
    if (carriesCredential(query)) return refusals.tokenInUrl;
    if (address.door === 'messages') this.#sessionId = query.get('sessionId') ?? undefined;
    return undefined;
  }

  readonly #onToken = (token: VerifiedToken | Refusal): void => {
    if (token instanceof Refusal) {
      this.#refuseIf(token);
      return;
    }
    // A token of another instance learns nothing of this one, not even that it exists.
    if (this.#refuseIf(token.instanceId === this.#address?.instanceId ? undefined : refusals.instanceNotFound)) return;
    this.#token = token;
    this.#services.events.tokenUsed(token.id);
    const header = this.request.headers['mcp-session-id'];
    if (this.#address?.door === 'mcp' && typeof header === 'string') this.#sessionId = header;
    const sessionId = this.#sessionId;
    if (sessionId !== undefined && !isPossibleSessionId(sessionId)) {
      this.#refuseIf(refusals.sessionIdMalformed);
      return;
    }
    if (this.request.method !== 'POST' && this.#refuseIf(this.#refusedByRate(1))) return;
    if (sessionId === undefined) {
      this.#onSession(undefined);
      return;
    }
    const transport = this.#address?.door === 'messages' ? 'http-sse' : 'streamable-http';
    whenReady(() => this.#services.knownSessions.find(sessionId, token, transport), this.#onSession, this.#onLookUpFailed);
  };

  readonly #onSession = (session: SessionRecord | Refusal | undefined): void => {
    if (session instanceof Refusal) {
      this.#refuseIf(session);
      return;
    }
    this.#session = session;
    if (this.request.method === 'GET') {
      this.#openInTurn();
      return;
    }
    if (this.request.method !== 'POST') {
      this.#admit(null);
      return;
    }
    const { maxBodyBytes } = this.#services.limits;
    if (this.#refuseIf(refusedByHeaders(this.request, maxBodyBytes))) return;
    this.#receive(maxBodyBytes);
  };

  /** Thousands of streams that are opened at one instance at once must not keep the others' calls waiting. */
  #openInTurn(): void {
    const { instanceId = '', hash = '' } = this.#token ?? {};
    const turn = this.#services.streamTurns.take({ kind: instanceId, owner: hash, do: this.#onTurn });
    if (turn === 'done') return;
    if (turn !== 'no-room') this.response.once('close', () => turn.leave());
    else if (this.#address?.door === 'sse') {
      this.#turnAway(refusals.gatewayBusy, crowdedRetryFactor * retryHint(this.#services.timing));
    } else this.#refuseIf(refusals.gatewayBusy);
  }

  #receive(maxBytes: number): void {
    // The client may have left while its token was looked up; then nobody would end the lease.
    if (this.#token === undefined || this.response.destroyed) return;
    const lease = this.#services.posts.admit(this.#token);
    if (lease instanceof Refusal) {
      this.#refuseIf(lease);
      return;
    }
    this.#lease = lease;
    this.response.on('close', () => lease.end());
    readBody(this.request, { maxBytes, deadlines: this.#services.bodyDeadlines, lease }, this.#onBody);
  }

  readonly #onBody = (body: Buffer | Refusal): void => {
    try {
      if (body instanceof Refusal) this.#refuseIf(body);
      else this.#admit(body);
    } catch (error) {
      this.break(error);
    }
  };

  readonly #onTurn = (): void => {
    if (this.response.destroyed) return;
    try {
      this.#admit(null);
    } catch (error) {
      this.break(error);
    }
  };

  readonly #onLookUpFailed = (error: unknown): void => {
    if (error instanceof TooManyLookUps) {
      this.#refuseIf(refusals.gatewayBusy);
      return;
    }
    this.#services.reportError(error, this.#requestId);
    this.#refuseIf(refusals.directoryUnavailable);
  };

  #refusedByRate(requests: number): Refusal | undefined {
    const reached = this.#token && this.#services.rates.admit(this.#token, requests, performance.now());
    return reached && rateRefusals[reached];
  }

  /** Reads the message. Where it may not pass it is refused, and the answer is `undefined`. */
  #readMessage(body: Buffer): RpcRequest | undefined {
    const { maxJsonDepth, maxBatchMessages } = this.#services.limits;
    const rpc = isDeeperThan(body, maxJsonDepth) ? refusals.tooDeep : readRpcRequest(body, maxBatchMessages);
    if (rpc instanceof Refusal) {
      this.#refuseIf(rpc);
      return undefined;
    }
    const { requestIds } = rpc;
    const [onlyId = null] = requestIds.length === 1 ? requestIds : [];
    const isRefused =
      this.#refuseIf(refusedByIds(rpc)) ||
      this.#refuseIf(refusedByHandshake(rpc, body.length) ?? this.#refusedByRate(Math.max(1, requestIds.length)), onlyId);
    return isRefused ? undefined : rpc;
  }

  #measure(rpc: RpcRequest | undefined, bytesIn: number): void {
    if (this.#token === undefined) return;
    const { traffic } = this.#services;
    if (this.request.method === 'GET' || rpc?.isListening === true) traffic.measureStream(this.response, this.#token, bytesIn);
    else traffic.measureAnswer(this.response, this.#token, rpc?.calls[0]?.tool, bytesIn);
  }

  #admit(body: Buffer | null): void {
    const { request, response, commonHeaders } = this;
    const rpc = body === null ? undefined : this.#readMessage(body);
    if (body !== null && rpc === undefined) return;
    if (rpc?.isActivity === true && this.#address !== undefined) this.#services.lastRequests.note(this.#address.instanceId);
    const method = request.method;
    if (this.#address === undefined || this.#token === undefined) return;
    if (method !== 'GET' && method !== 'POST' && method !== 'DELETE') return;
    this.#measure(rpc, body?.length ?? 0);
    const admitted: AdmittedRequest = {
      request,
      response,
      commonHeaders,
      door: this.#address.door,
      method,
      token: this.#token,
      requestId: this.#requestId,
      sessionId: this.#sessionId,
      session: this.#session,
      rpc,
      lease: this.#lease,
    };
    if (admitted.door !== 'mcp') {
      this.#services.httpSse.admit(admitted, body);
      return;
    }
    const exchange = createMcpExchange(this.#services, admitted, body);
    if (rpc !== undefined && rpc.cancelledIds.length > 0) this.#cancel(exchange, rpc.cancelledIds);
    exchange.start();
  }

  /** The answers wait at other exchanges of the session. */
  #cancel(exchange: McpExchange, ids: readonly (string | number)[]): void {
    exchange.cancel(ids);
    for (const other of this.#services.open.ofTokenHash(exchange.token.hash)) {
      if (other.sessionId === exchange.sessionId && other.sessionId !== undefined) other.cancel(ids);
    }
  }

  #answerOptions(policy: CrossOriginPolicy): void {
    const allow = this.#address === undefined ? '' : allowHeader(this.#address.door);
    this.#services.metrics.request(this.#address?.door ?? 'none', 204);
    this.response.writeHead(204, [...this.commonHeaders, 'Allow', allow, ...policy.preflight(allow, this.request)]);
    this.response.end();
  }

  /** Answers with the refusal, where there is one. Says whether there was. @param id Of the only request, where it is known. */
  #refuseIf(refusal: Refusal | undefined, id: RpcId | null = null): boolean {
    if (refusal === undefined) return false;
    this.#services.metrics.refusal(refusal.reason);
    this.#services.metrics.request(this.#address?.door ?? 'none', refusal.status);
    refuse(this, refusal, id, this.#services.realm);
    return true;
  }
}
