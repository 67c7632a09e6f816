import type { MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import type { StoredResponse, Subject } from '../../ports.ts';
import type { ApiEvent, HandlerResult, HostContext } from '../host.ts';
import type { AuditDraft, Route } from '../route.ts';

/** What the middleware finds out about one request. Each field is set by the middleware it is named after. */
export interface RequestState {
  requestId: string;
  /** Network address of the caller. */
  address: string;
  route?: Route;
  pathParameters: Record<string, string>;
  subject?: Subject;
  /** The body as it was sent, decoded; empty where there is none. */
  rawBody: string;
  /** Parsed from JSON, not yet validated. `undefined` where there is none. */
  json?: unknown;
  input: { params: unknown; query: unknown; body: unknown };
  audit: AuditDraft;
  idempotency?: { scope: string; key: string };
  /** Set where the answer to an earlier request with the same Idempotency-Key is sent instead of a new one. */
  replay?: StoredResponse;
  /** Headers and cookies that are sent with a success and with a failure. */
  headers: Record<string, string>;
  setCookies: string[];
}

/** The context that middleware and handlers get: the host's, and the state of the request. */
export type RequestContext = Context & HostContext & { state: RequestState };

/** One layer of the shared stack. `before` runs in order of use, `after` and `onError` in reverse. */
export type ApiMiddleware = MiddlewareObj<ApiEvent, HandlerResult, Error, RequestContext>;

/** The route of a request, in middleware that runs after routing. */
export function routeOf(context: RequestContext): Route {
  const { route } = context.state;
  if (route === undefined) throw new Error('the routing middleware must run first');
  return route;
}
