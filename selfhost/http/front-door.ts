import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { splitTarget } from '../../container/router/doors.ts';
import { type Refusal, refusals } from '../../container/router/refusal.ts';
import { ProblemError, problemBody } from '../../core/problem.ts';

/** As many streams as wait for the start at most; nobody has been asked yet who they are. */
const maxWaiting = 5_000;

/** What answers requests once the platform is up. */
export interface Doors {
  /** The MCP doors below `/i/`: plain node:http, because they stream. */
  mcp(request: IncomingMessage, response: ServerResponse): void;
  /** Everything else. */
  web: RequestListener;
}

/**
 * The one listener of the installation. It is opened before anything else starts, so that a port in use is noticed before any data
 * is touched; until `open` it answers 503, but keeps those waiting who want a stream: clients that read one as browsers do come back
 * after a connection that ends, and never after an answer that is none. After `close` the service counts as not ready and everything but the MCP doors is refused:
 * these say themselves what they still let in.
 */
export class FrontDoor {
  #doors: Doors | undefined;
  #isClosing = false;
  /** Requests for a stream that came too early. */
  readonly #waiting = new Map<ServerResponse, IncomingMessage>();

  readonly listener: RequestListener = (request, response) => {
    const doors = this.#doors;
    if (isMcpTarget(request.url ?? '')) {
      if (doors !== undefined) doors.mcp(request, response);
      else if (isForStream(request) && this.#waiting.size < maxWaiting) this.#keepWaiting(request, response);
      else refuseMcp(response, refusals.starting);
    } else if (doors === undefined || this.#isClosing) refuse(request, response);
    else if (request.headers.host === undefined && request.httpVersion === '1.1') response.writeHead(400).end();
    else doors.web(request, response);
  };

  open(doors: Doors): void {
    this.#doors = doors;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const [response, request] of waiting) doors.mcp(request, response);
  }

  close(): void {
    this.#isClosing = true;
  }

  #keepWaiting(request: IncomingMessage, response: ServerResponse): void {
    this.#waiting.set(response, request);
    response.on('close', () => this.#waiting.delete(response));
  }
}

/** Whether a request's target is one of the MCP doors, as a path or as a whole URL. */
export function isMcpTarget(target: string): boolean {
  return target.startsWith('/i/') || (!target.startsWith('/') && splitTarget(target).path.startsWith('/i/'));
}

function isForStream({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.accept?.includes('text/event-stream') === true;
}

function refuseMcp(response: ServerResponse, refusal: Refusal): void {
  response
    .writeHead(refusal.status, {
      'Content-Type': 'application/json',
      'Retry-After': refusal.retryAfter ?? 2,
      Connection: 'close',
    })
    .end(refusal.body(null));
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/healthz') {
    response.writeHead(200, { 'Content-Type': 'text/plain' }).end('ok\n');
    return;
  }
  const problem = new ProblemError('not-available', {
    detail: 'The service is starting or stopping. Try again in a moment.',
    retryAfter: 2,
  });
  response
    .writeHead(problem.status, { 'Content-Type': 'application/problem+json', 'Retry-After': '2', Connection: 'close' })
    .end(JSON.stringify(problemBody(problem)));
}
