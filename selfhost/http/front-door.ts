import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
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
 * is touched; until `open` it answers 503, and after `close` again.
 */
export class FrontDoor {
  #doors: Doors | undefined;

  readonly listener: RequestListener = (request, response) => {
    const doors = this.#doors;
    if (doors === undefined) refuse(request, response);
    else if (request.url?.startsWith('/i/')) doors.mcp(request, response);
    else doors.web(request, response);
  };

  open(doors: Doors): void {
    this.#doors = doors;
  }

  close(): void {
    this.#doors = undefined;
  }
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
