import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { splitTarget } from '../../container/router/doors.ts';
import { type Refusal, refusals } from '../../container/router/refusal.ts';
import { ProblemError, problemBody } from '../../core/problem.ts';

/** What answers requests once the platform is up. */
export interface Doors {
  /** The MCP doors below `/i/`: plain node:http, because they stream. */
  mcp(request: IncomingMessage, response: ServerResponse): void;
  /** Everything else. */
  web: RequestListener;
}

/**
 * The one listener of the installation. It is opened before anything else starts, so that a port in use is noticed before any data
 * is touched; until `open` it answers 503. After `close` the service counts as not ready and everything but the MCP doors is refused:
 * these say themselves what they still let in.
 */
export class FrontDoor {
  #doors: Doors | undefined;
  #isClosing = false;

  readonly listener: RequestListener = (request, response) => {
    const doors = this.#doors;
    if (isMcpTarget(request.url ?? '')) {
      if (doors === undefined) refuseMcp(response, refusals.starting);
      else doors.mcp(request, response);
    } else if (doors === undefined || this.#isClosing) refuse(request, response);
    else if (request.headers.host === undefined && request.httpVersion === '1.1') response.writeHead(400).end();
    else doors.web(request, response);
  };

  open(doors: Doors): void {
    this.#doors = doors;
  }

  close(): void {
    this.#isClosing = true;
  }
}

/** Whether a request's target is one of the MCP doors, as a path or as a whole URL. */
export function isMcpTarget(target: string): boolean {
  return target.startsWith('/i/') || (!target.startsWith('/') && splitTarget(target).path.startsWith('/i/'));
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
