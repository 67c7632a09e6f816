import type { AdmittedRequest } from '../admitted-request.ts';
import { whenReady } from '../maybe-promise.ts';
import type { RouteRecord } from '../ports.ts';
import type { Refusal, RpcId } from '../refusal.ts';
import type { RouterServices } from '../router-services.ts';
import type { RpcRequest } from '../rpc-request.ts';
import { recordChanges } from '../sessions/session-recorder.ts';
import type { VerifiedToken } from '../token-verifier.ts';
import { keepSession } from './note-accepted.ts';
import type { PostExchange } from './post-exchange.ts';
import { isStatelessRequest } from './stateless-request.ts';

/**
 * Whether nobody need be woken for the message: it holds nothing but pings, notifications and answers, and belongs to a session that
 * is known, or to a revision without sessions.
 */
export function mayStayQuiet({ session, request }: AdmittedRequest, { isActivity }: RpcRequest, body: Buffer): boolean {
  if (isActivity || (session === undefined && !isStatelessRequest(request.headers))) return false;
  const parsed: unknown = JSON.parse(body.toString('utf8'));
  return (Array.isArray(parsed) ? parsed : [parsed]).every(isQuiet);
}

/** What is not clearly one of the three is for the instance to refuse, with its own words. */
function isQuiet(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return false;
  if (!('method' in message)) return 'id' in message && ('result' in message || 'error' in message);
  return message.method === 'ping' || (typeof message.method === 'string' && !('id' in message));
}

/**
 * A POST at `/mcp` that asks for nothing but a sign of life. While its instance has no process, the router answers a ping itself: it
 * asks whether the connection is alive, and it is. Notifications are taken: that the session is ready is said to its next process,
 * and what they say of requests is said of some that ended with the last one. Where there is a process, it is an exchange like any.
 */
export class QuietPost {
  readonly #services: RouterServices;
  readonly #admitted: AdmittedRequest;
  readonly #rpc: RpcRequest;
  readonly #exchange: PostExchange;

  /** @param exchange What it becomes where somebody is there to be asked. */
  constructor(services: RouterServices, admitted: AdmittedRequest, rpc: RpcRequest, exchange: PostExchange) {
    this.#services = services;
    this.#admitted = admitted;
    this.#rpc = rpc;
    this.#exchange = exchange;
  }

  get token(): VerifiedToken {
    return this.#admitted.token;
  }

  get sessionId(): string | undefined {
    return this.#admitted.sessionId;
  }

  start(): void {
    const goOn = () => this.#exchange.start();
    // Where the look-up fails, the exchange meets the same failure and says so.
    whenReady(() => this.#services.resolver.peek(this.token), this.#onRoute, goOn);
  }

  cancel(ids: readonly RpcId[]): void {
    this.#exchange.cancel(ids);
  }

  readonly #onRoute = (route: RouteRecord | Refusal | undefined): void => {
    const { requestIds } = this.#rpc;
    // What is said of a call that waits for the instance goes there behind it.
    const isForSomebody = requestIds.length === 0 && this.#services.resolver.isAwaited(this.token.instanceId);
    if (route !== undefined || isForSomebody) this.#exchange.start();
    else this.#answer();
  };

  #answer(): void {
    const { response, commonHeaders, session } = this.#admitted;
    if (response.headersSent || response.destroyed) return;
    const { requestIds, sessionChanges } = this.#rpc;
    const ready = sessionChanges.filter(({ kind }) => kind === 'initialized');
    if (session !== undefined && recordChanges(session, ready)) keepSession(this.#services, this.#admitted, session);
    const named = session === undefined ? [] : ['Mcp-Session-Id', session.id];
    const headers = [...named, 'Cache-Control', 'no-store', ...commonHeaders];
    const status = requestIds.length > 0 ? 200 : 202;
    response.on('close', () => this.#services.metrics.request('mcp', status));
    if (requestIds.length === 0) {
      response.writeHead(status, ['Content-Length', '0', ...headers]).end();
      return;
    }
    const result = isStatelessRequest(this.#admitted.request.headers) ? '{"resultType":"complete"}' : '{}';
    const answers = requestIds.map((id) => `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`);
    const [only = ''] = answers;
    const body = answers.length === 1 ? only : `[${answers.join(',')}]`;
    response.writeHead(status, [
      'Content-Type',
      'application/json',
      'Content-Length',
      String(Buffer.byteLength(body)),
      ...headers,
    ]);
    response.end(body);
  }
}
