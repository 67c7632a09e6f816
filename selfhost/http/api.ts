import { pipeline } from 'node:stream/promises';
import express, { type ErrorRequestHandler, type Request, type Response, type Router } from 'express';
import { ProblemError, problemBody } from '../../core/problem.ts';
import type { ApiEvent, ApiHandler } from '../../functions/api/host.ts';

/** The handler itself refuses bodies over 1 MB; beyond this the host does not even read them. */
const readLimit = '2mb';

/**
 * Runs an API handler under Express: builds the event API Gateway would send, and writes the answer it gives back. Streamed bodies
 * are written as they come, and end when the client leaves.
 */
export function serveApi(handler: ApiHandler): Router {
  const router = express.Router();
  // Whatever the content type says: it is the handler's business to refuse it.
  router.use(express.raw({ type: () => true, limit: readLimit }));
  router.use(async (request, response) => {
    const clientLeft = new AbortController();
    response.once('close', () => clientLeft.abort());
    const result = await handler(apiEvent(request), { streaming: true, signal: clientLeft.signal });
    response.status(result.statusCode).set(result.headers);
    if (result.cookies !== undefined && result.cookies.length > 0) response.setHeader('Set-Cookie', result.cookies);
    if (typeof result.body === 'string') {
      response.end(result.body);
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
  router.use(refuseUnreadable);
  return router;
}

/** Builds an event of API Gateway's payload format 2.0. */
function apiEvent(request: Request): ApiEvent {
  const url = new URL(request.originalUrl, 'http://localhost');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (name !== 'cookie' && value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const body = Buffer.isBuffer(request.body) && request.body.length > 0 ? request.body.toString('utf8') : undefined;
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
    isBase64Encoded: false,
    requestContext: {
      accountId: 'self-hosted',
      apiId: 'self-hosted',
      domainName: request.hostname ?? '',
      domainPrefix: '',
      http: {
        method: request.method,
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

/** Failures of reading the request, before there is anything to hand over. */
const refuseUnreadable: ErrorRequestHandler = (error: { type?: string; status?: number }, _request, response: Response, next) => {
  if (response.headersSent) return next(error);
  const problem =
    error.type === 'entity.too.large'
      ? new ProblemError('body-too-large', { detail: 'Send at most 1 MB.' })
      : error.status !== undefined && error.status < 500
        ? new ProblemError('malformed-json', { detail: 'The request could not be read. Check its path, length and encoding.' })
        : new ProblemError('internal-error', { detail: 'Try again; if it keeps failing, look into the platform log.' });
  response
    .status(problem.status)
    .type('application/problem+json')
    .set('Connection', 'close')
    .send(JSON.stringify(problemBody(problem)));
};
