import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Log } from '../observability/log.ts';
import { RefusedRequest, rpcErrorCodes, sendFailure } from './json-rpc.ts';
import type { Doors } from './mcp-doors.ts';

export interface DoorServerOptions {
  doors: Doors;
  /** Checks of every request but those to {@link openPaths}; may throw RefusedRequest. */
  checks: ((request: IncomingMessage) => void)[];
  log: Log;
  /** Sees every connection, before its first request. */
  onConnection?(socket: Socket): void;
}

/** Paths for those who watch over the process. They need no token: they tell whether it lives and how much it does, never of what. */
const openPaths: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * The system asks a silent peer whether it is there: after 30 s, then every 10 s, and breaks the connection after six questions without
 * an answer. So a machine that is gone or cut off is noticed, whose open streams would else be held for hours. What it cannot notice: a
 * program that hangs, for which its system answers; a client behind a proxy, which answers for it; and anybody while something sent is
 * not acknowledged yet, because then the system repeats that instead, on Linux for about 15 minutes.
 */
const keepAlive = { enable: true, initialDelay: 30_000, interval: 10_000, count: 6 };

export interface DoorServer {
  /** Has other doors behind the same port from the next request on. */
  replace(options: DoorServerOptions): void;
  /** Opens the doors. @returns the port, chosen by the system where 0 was asked for. @throws the error of listen(2). */
  listen(options: { host: string; port: number }): Promise<number>;
  /** Takes no new requests from now on; those on open connections are told to come again. */
  refuseNew(): void;
  /** Closes everything at once. */
  close(): Promise<void>;
}

/** An HTTP server over the doors. A request that fails, or a client that leaves, never touches another one. */
export function createDoorServer(options: DoorServerOptions): DoorServer {
  let { doors, checks, log, onConnection } = options;
  let refusing = false;
  const server = createHttpServer((request, response) => {
    // Without listeners, a connection that breaks while it is used would end the process.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    handle(request, response).catch((error: unknown) => {
      if (error instanceof RefusedRequest) return sendFailure(response, error.failure);
      if (request.destroyed && !request.complete) return;
      log.write({ level: 'error', message: `Request failed inside: ${error instanceof Error ? error.name : typeof error}` });
      sendFailure(response, { status: 500, code: rpcErrorCodes.refused, message: 'Internal error' });
    });
  });
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { path, query } = splitTarget(request.url ?? '/');
    if (!openPaths.has(path)) for (const check of checks) check(request);
    if (refusing && path !== '/healthz') throw shuttingDown();
    const methods = doors[path];
    if (methods === undefined) {
      throw new RefusedRequest({
        status: 404,
        code: rpcErrorCodes.refused,
        message: `Nothing here; the doors are ${Object.keys(doors).join(', ')}`,
      });
    }
    const door = methods[request.method ?? ''];
    if (door === undefined) {
      const allow = Object.keys(methods).join(', ');
      throw new RefusedRequest({
        status: 405,
        code: rpcErrorCodes.refused,
        message: `Method not allowed; use ${allow}`,
        headers: { allow },
      });
    }
    await door(request, response, query);
  };
  server.on('connection', (socket) => {
    socket.setKeepAlive(keepAlive);
    onConnection?.(socket);
  });
  // Longer than the connection pools and load balancers in front keep an idle connection, so that they are the ones who close it.
  server.keepAliveTimeout = 75_000;
  server.headersTimeout = 80_000;
  server.requestTimeout = 60_000;
  return {
    replace(others) {
      ({ doors, checks, log, onConnection } = others);
    },
    listen: (address) => listen(server, address),
    refuseNew() {
      refusing = true;
      server.close();
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

/** A plain-text door, such as health and metrics. */
export function textDoor(contentType: string, text: () => string): Doors[string] {
  return {
    async GET(_request, response) {
      const body = text();
      response.writeHead(200, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }).end(body);
    },
  };
}

function listen(server: HttpServer, { host, port }: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Path without a trailing slash (both spellings are the same door: a redirect would lose POST bodies) and query. */
function splitTarget(target: string): { path: string; query: URLSearchParams } {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  return {
    path: path.length > 1 && path.endsWith('/') ? path.replace(/\/+$/, '') : path,
    query: new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1)),
  };
}

function shuttingDown(): RefusedRequest {
  const headers = { 'retry-after': '1', connection: 'close' };
  return new RefusedRequest({
    status: 503,
    code: rpcErrorCodes.refused,
    message: 'This server is shutting down; try again',
    headers,
  });
}
