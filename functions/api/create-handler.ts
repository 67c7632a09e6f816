import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { parseCookie } from 'cookie';
import { appendAuditEntry } from './append-audit-entry.ts';
import type { ApiEvent, ApiHandler, HandlerResult, HostContext } from './host.ts';
import { auditTrail } from './middleware/audit-trail.ts';
import { authentication } from './middleware/authentication.ts';
import { authorization } from './middleware/authorization.ts';
import { idempotency } from './middleware/idempotency.ts';
import { jsonBody } from './middleware/json-body.ts';
import { problemDetails } from './middleware/problem-details.ts';
import { requestId } from './middleware/request-id.ts';
import { requestRate } from './middleware/request-rate.ts';
import { type RequestContext, type RequestState, routeOf } from './middleware/request-state.ts';
import { responseHeaders } from './middleware/response-headers.ts';
import { routing } from './middleware/routing.ts';
import { validation } from './middleware/validation.ts';
import type { Platform } from './platform.ts';
import type { ApiResource, Route, RouteAnswer, RouteContext } from './route.ts';

/**
 * Makes the one Lambda handler of a resource. The order of the stack matters: what is refused early (no route, not signed in, not
 * allowed) costs nothing more, and an Idempotency-Key is claimed only for a request that is valid.
 */
export function createHandler(resource: ApiResource, platform: Platform): ApiHandler {
  const handler = middy<ApiEvent, HandlerResult, Error, RequestContext>(
    (event: ApiEvent, context: RequestContext): Promise<HandlerResult> => serve(event, context, platform),
  )
    .use(requestId())
    .use(responseHeaders())
    .use(problemDetails(platform.logger))
    .use(routing(resource.routes))
    .use(authentication(platform.authenticator))
    .use(requestRate(platform))
    .use(auditTrail(platform))
    .use(authorization())
    .use(jsonBody())
    .use(validation())
    .use(idempotency(platform));
  return (event, context) => handler(event, requestContext(context));
}

function requestContext(host: HostContext): RequestContext {
  const state: RequestState = {
    requestId: '',
    address: '',
    pathParameters: {},
    rawBody: '',
    input: { params: {}, query: {}, body: undefined },
    audit: {},
    headers: {},
    setCookies: [],
  };
  // A new object per request: the host may hand the same context to many. Lambda's context keeps its methods as own properties.
  return { ...(host as Context & HostContext), state };
}

async function serve(event: ApiEvent, context: RequestContext, platform: Platform): Promise<HandlerResult> {
  const { state } = context;
  const route = routeOf(context);
  if (state.replay !== undefined) {
    const { status, headers, body } = state.replay;
    return { statusCode: status, headers: { ...headers, 'idempotent-replayed': 'true' }, body, isBase64Encoded: false };
  }
  return result(route, await route.handle(routeContext(event, context, platform)), context.streaming === true);
}

function routeContext(event: ApiEvent, context: RequestContext, platform: Platform): RouteContext<unknown, unknown, unknown> {
  const { state } = context;
  return {
    platform,
    subject: state.subject,
    ...state.input,
    address: state.address,
    requestId: state.requestId,
    headers: event.headers,
    cookies: parseCookie((event.cookies ?? [event.headers.cookie ?? '']).join('; ')),
    setCookies: state.setCookies,
    streaming: context.streaming === true,
    signal: context.signal ?? new AbortController().signal,
    audit: state.audit,
    record: (entry) => appendAuditEntry(platform, state, entry),
  };
}

async function result(route: Route, answer: RouteAnswer, streaming: boolean): Promise<HandlerResult> {
  const { status, schema } = route.response;
  if (answer.stream !== undefined) {
    const headers = { ...answer.headers, 'content-type': 'text/event-stream; charset=utf-8' };
    const body = streaming ? answer.stream : await joined(answer.stream);
    return { statusCode: status, headers, body, isBase64Encoded: false };
  }
  if (schema === undefined) return { statusCode: status, headers: { ...answer.headers }, body: '', isBase64Encoded: false };
  return {
    statusCode: status,
    headers: { ...answer.headers, 'content-type': 'application/json; charset=utf-8' },
    // Parsing cuts the answer to what the contract says, so that a field added to a store cannot leak by accident.
    body: JSON.stringify(schema.parse(answer.body)),
    isBase64Encoded: false,
  };
}

async function joined(chunks: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}
