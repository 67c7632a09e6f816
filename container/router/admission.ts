import type { IncomingMessage, ServerResponse } from 'node:http';
import { carriesCredential, presentedToken } from './credentials.ts';
import type { CrossOriginPolicy } from './cross-origin.ts';
import { allowHeader, type DoorAddress, doorAllows, readDoorAddress } from './doors.ts';
import { Exchange } from './exchange.ts';
import { whenReady } from './maybe-promise.ts';
import type { PostLease } from './post-allowance.ts';
import { methodNotAllowed, Refusal, refusals } from './refusal.ts';
import { readBody, refusedByHeaders } from './request-body.ts';
import { type PendingResponse, refuse } from './respond.ts';
import type { RouterServices } from './router-services.ts';
import { readRpcRequest } from './rpc-request.ts';
import { mayUse, type SessionOwner } from './sessions.ts';
import type { VerifiedToken } from './token-verifier.ts';

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
  commonHeaders: readonly string[];
  #sessionId: string | undefined;
  #token: VerifiedToken | undefined;
  #lease: PostLease | undefined;

  constructor(services: RouterServices, request: IncomingMessage, response: ServerResponse, requestId: string) {
    this.#services = services;
    this.request = request;
    this.response = response;
    this.#requestId = requestId;
    this.#address = readDoorAddress(request.url ?? '', services.pathPrefix);
    this.commonHeaders = ['X-Request-Id', requestId];
  }

  /** Lets the request in or refuses it. */
  decide(policy: CrossOriginPolicy, isClosing: boolean): void {
    if (this.#refuseIf(this.#refusalByHead(policy, isClosing))) return;
    if (this.request.method === 'OPTIONS') {
      this.#answerOptions(policy);
      return;
    }
    const presented = presentedToken(this.request.headers);
    whenReady(() => this.#services.verifier.verify(presented), this.#onToken, this.#onLookUpFailed);
  }

  /** Answers that something broke on our side. */
  break(error: unknown): void {
    this.#services.reportError(error, this.#requestId);
    if (this.response.headersSent) this.response.destroy();
    else this.#refuseIf(refusals.internalError);
  }

  /** Everything that can be judged before knowing who asks. */
  #refusalByHead(policy: CrossOriginPolicy, isClosing: boolean): Refusal | undefined {
    const address = this.#address;
    if (address === undefined) return refusals.unknownDoor;
    const originHeaders = policy.check(this.request.headers);
    if (originHeaders instanceof Refusal) return originHeaders;
    if (originHeaders.length > 0) this.commonHeaders = [...this.commonHeaders, ...originHeaders];
    if (!doorAllows(address.door, this.request.method ?? '')) return methodNotAllowed(allowHeader(address.door));
    if (isClosing) return refusals.closing;
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
    if (this.#address?.door !== 'messages' && typeof header === 'string') this.#sessionId = header;
    const sessionId = this.#sessionId;
    if (sessionId === undefined) this.#onSessionOwner(undefined);
    else whenReady(() => this.#services.sessions.ownerOf(sessionId), this.#onSessionOwner, this.#onLookUpFailed);
  };

  readonly #onSessionOwner = (owner: SessionOwner | undefined): void => {
    const mayPass = this.#token !== undefined && mayUse(owner, this.#token);
    if (this.#refuseIf(mayPass ? undefined : refusals.sessionNotFound)) return;
    if (this.request.method !== 'POST') {
      this.#admit(null);
      return;
    }
    const { maxBodyBytes } = this.#services.limits;
    if (this.#refuseIf(refusedByHeaders(this.request, maxBodyBytes))) return;
    this.#receive(maxBodyBytes);
  };

  #receive(maxBytes: number): void {
    // The client may have left while its token was looked up; then nobody would end the lease.
    if (this.#token === undefined || this.response.destroyed) return;
    const lease = this.#services.posts.admit(this.#token.hash);
    if (lease instanceof Refusal) {
      this.#refuseIf(lease);
      return;
    }
    this.#lease = lease;
    this.response.once('close', () => lease.end());
    readBody(this.request, { maxBytes, timeoutMs: this.#services.timing.bodyTimeoutMs, lease }, this.#onBody);
  }

  readonly #onBody = (body: Buffer | Refusal): void => {
    try {
      if (body instanceof Refusal) this.#refuseIf(body);
      else this.#admit(body);
    } catch (error) {
      this.break(error);
    }
  };

  readonly #onLookUpFailed = (error: unknown): void => {
    this.#services.reportError(error, this.#requestId);
    this.#refuseIf(refusals.directoryUnavailable);
  };

  #admit(body: Buffer | null): void {
    const { request, response, commonHeaders } = this;
    const rpc = body === null ? undefined : readRpcRequest(body, this.#services.limits.maxBatchMessages);
    if (rpc instanceof Refusal) {
      this.#refuseIf(rpc);
      return;
    }
    if (rpc?.isActivity === true && this.#address !== undefined) this.#services.lastRequests.note(this.#address.instanceId);
    const method = request.method;
    if (this.#address === undefined || this.#token === undefined) return;
    if (method !== 'GET' && method !== 'POST' && method !== 'DELETE') return;
    const exchange = new Exchange(
      this.#services,
      {
        request,
        response,
        commonHeaders,
        door: this.#address.door,
        method,
        token: this.#token,
        requestId: this.#requestId,
        sessionId: this.#sessionId,
        rpc,
        lease: this.#lease,
      },
      body,
    );
    if (rpc !== undefined && rpc.cancelledIds.length > 0) this.#cancel(exchange, rpc.cancelledIds);
    exchange.start();
  }

  /** Over HTTP+SSE the answers wait at the session's stream, which the new exchange shares; else at other exchanges of the session. */
  #cancel(exchange: Exchange, ids: readonly (string | number)[]): void {
    exchange.cancel(ids);
    for (const other of this.#services.open.ofTokenHash(exchange.token.hash)) {
      if (other.sessionId === exchange.sessionId && other.sessionId !== undefined) other.cancel(ids);
    }
  }

  #answerOptions(policy: CrossOriginPolicy): void {
    const allow = this.#address === undefined ? '' : allowHeader(this.#address.door);
    this.#services.metrics.request(this.#address?.door ?? 'none', 204);
    this.response.writeHead(204, [...this.commonHeaders, 'Allow', allow, ...policy.preflight(allow)]);
    this.response.end();
  }

  /** Answers with the refusal, where there is one. Says whether there was. */
  #refuseIf(refusal: Refusal | undefined): boolean {
    if (refusal === undefined) return false;
    this.#services.metrics.refusal(refusal.reason);
    this.#services.metrics.request(this.#address?.door ?? 'none', refusal.status);
    refuse(this, refusal, null, this.#services.realm);
    return true;
  }
}
