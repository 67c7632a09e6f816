import { isUtf8 } from 'node:buffer';
import { pipeline } from 'node:stream/promises';
import express, { type ErrorRequestHandler, type Request, type Response, type Router } from 'express';
import { discardRest } from '../../container/router/request-body.ts';
import { ProblemError, problemBody } from '../../core/problem.ts';
import type { ApiEvent, ApiHandler, HandlerResult } from '../../functions/api/host.ts';
import { type BodyLimits, ClientLeftError, RequestBodies } from './request-bodies.ts';

/**
 * Runs an API handler under Express: builds the event API Gateway would send, and writes the answer it gives back. Streamed bodies
 * are written as they come, and end when the client leaves. `reportError` is told of failures that are our own mistake.
 */
export function serveApi(handler: ApiHandler, reportError: (error: unknown) => void, limits?: BodyLimits): Router {
  const router = express.Router();
  const bodies = new RequestBodies(limits);
  router.use(async (request, response) => {
    const body = await bodies.read(request);
    const clientLeft = new AbortController();
    response.once('close', () => clientLeft.abort());
    let result: HandlerResult;
    try {
      result = await handler(apiEvent(request, body.content), { streaming: true, signal: clientLeft.signal });
    } finally {
      body.release(); // Not later: the answer may be a stream that lasts for days.
    }
    response.status(result.statusCode).set(result.headers);
    if (result.cookies !== undefined && result.cookies.length > 0) response.setHeader('Set-Cookie', result.cookies);
    if (typeof result.body === 'string' || request.method === 'HEAD') {
      response.end(typeof result.body === 'string' ? result.body : undefined);
      return;
    }
    response.flushHeaders();
    try {
      await pipeline(result.body, response, { signal: clientLeft.signal });
    } catch {
      // The client left, or the source of the stream failed: either way the connection is all that is left to end.
      response.destroy();
    }
  });
  router.use(refuse(reportError));
  return router;
}

/** Builds an event of API Gateway's payload format 2.0. */
function apiEvent(request: Request, content: Buffer): ApiEvent {
  const url = new URL(request.originalUrl, 'http://localhost');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (name !== 'cookie' && value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  // What is no text travels as API Gateway sends it, so that the handler can refuse it.
  const isText = isUtf8(content);
  const body = content.length > 0 ? content.toString(isText ? 'utf8' : 'base64') : undefined;
  const query: Record<string, string> = {};
  // A repeated parameter becomes one with commas, as API Gateway does it.
  for (const [name, value] of url.searchParams) query[name] = query[name] === undefined ? value : `${query[name]},${value}`;
  const address = request.ip ?? request.socket.remoteAddress ?? '';
  const now = Date.now();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    headers,
    ...(request.headers.cookie === undefined ? {} : { cookies: request.headers.cookie.split('; ') }),
    ...(url.search === '' ? {} : { queryStringParameters: query }),
    ...(body === undefined ? {} : { body }),
    isBase64Encoded: !isText,
    requestContext: {
      accountId: 'self-hosted',
      apiId: 'self-hosted',
      domainName: request.hostname ?? '',
      domainPrefix: '',
      http: {
        // HEAD asks what GET would answer (RFC 9110, 9.3.2); Express leaves the body out.
        method: request.method === 'HEAD' ? 'GET' : request.method,
        path: url.pathname,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: crypto.randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: new Date(now).toUTCString(),
      timeEpoch: now,
    },
  };
}

/** Failures before there is anything to hand over, and those of the handler's own frame, in the form the handler gives its own. */
function refuse(reportError: (error: unknown) => void): ErrorRequestHandler {
  return (error: unknown, request, response: Response, next) => {
    if (error instanceof ClientLeftError) return;
    if (response.headersSent) return next(error);
    let problem = new ProblemError('internal-error', { detail: 'Try again; if it keeps failing, look into the platform log.' });
    if (error instanceof ProblemError) problem = error;
    else reportError(error);
    const id = crypto.randomUUID();
    if (problem.retryAfter !== undefined) response.set('Retry-After', String(problem.retryAfter));
    response
      .status(problem.status)
      .set({
        'Content-Type': 'application/problem+json; charset=utf-8',
        'Cache-Control': 'no-store',
        'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
        'Referrer-Policy': 'no-referrer',
        'X-Content-Type-Options': 'nosniff',
        'X-Request-Id': id,
      })
      .send(JSON.stringify(problemBody(problem, `urn:smartlead-mcp:request:${id}`)));
    discardRest(request);
  };
}
