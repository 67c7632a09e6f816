import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { rawResponse, refusalOfBrokenRequest, targetOfBrokenRequest } from '../../container/router/broken-request.ts';
import { methodNotAllowed } from '../../container/router/refusal.ts';
import { isMcpTarget } from './front-door.ts';

/** The port or address cannot be listened on; the message is one line for the person who starts the service. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

export interface Listeners {
  /** The port in use, the same on all addresses; chosen by the system where 0 was asked for. */
  port: number;
  /** Stops accepting, then ends what is still open after the deadline. */
  close(deadlineMs: number): Promise<void>;
}

export interface ListenLimits {
  /** How long a client may take to send a whole request. Says nothing about the answer, which may stream for days. */
  requestTimeoutMs?: number;
  /** Connections open at once on each address; more are closed as they come. */
  maxConnections?: number;
}

interface BrokenRequest extends NodeJS.ErrnoException {
  rawPacket?: Buffer;
}

/** Protocol-shaped at the MCP doors and where nobody can tell what was asked for; an empty answer elsewhere. */
function answerToBroken({ code }: BrokenRequest, target: string | undefined): string {
  const refusal = refusalOfBrokenRequest(code);
  const isMcp = target === undefined || isMcpTarget(target);
  return rawResponse(refusal.status, isMcp ? 'application/json' : 'text/plain', isMcp ? refusal.body(null) : '');
}

/**
 * Listens with one handler on several addresses. The first one must succeed; later ones are conveniences (a machine without IPv6
 * lacks `::1`), except that a port taken there is an error too: a client that asks for `localhost` would reach somebody else.
 */
export async function listen(
  handler: RequestListener,
  hosts: string[],
  port: number,
  { requestTimeoutMs = 60_000, maxConnections = 20_000 }: ListenLimits = {},
): Promise<Listeners> {
  const servers: Server[] = [];
  let chosenPort = port;
  const answers = new WeakMap<Duplex, ServerResponse>();
  const tracked: RequestListener = (request, response) => {
    answers.set(request.socket, response);
    handler(request, response);
  };
  for (const [index, host] of hosts.entries()) {
    const server = createServer(
      {
        // Longer than any load balancer's idle time-out in front of us, so that we are never the side that closes a connection first.
        keepAliveTimeout: 75_000,
        headersTimeout: Math.min(30_000, requestTimeoutMs),
        requestTimeout: requestTimeoutMs,
        connectionsCheckingInterval: Math.min(10_000, requestTimeoutMs),
        // The handler says what is wrong, in the words of what was asked for.
        requireHostHeader: false,
      },
      tracked,
    );
    server.maxConnections = maxConnections;
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ port: chosenPort, host, backlog: 4096 }, resolve);
      });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (index > 0 && code !== 'EADDRINUSE') continue;
      await Promise.all(servers.map((started) => new Promise((resolve) => started.close(resolve))));
      if (code === 'EADDRINUSE')
        throw new ListenError(`port ${chosenPort} is in use on ${host}; stop what runs there or set PORT to another one`);
      if (code === 'EACCES') throw new ListenError(`this user may not listen on port ${chosenPort}; set PORT to one above 1023`);
      throw new ListenError(`cannot listen on ${host}:${chosenPort} (${code ?? 'unknown error'}); check HOST and PORT`);
    }
    server.removeAllListeners('error');
    // A client that breaks the protocol costs its own connection only.
    server.on('clientError', (error: BrokenRequest, socket) => {
      const answer = answers.get(socket);
      const isOpen = answer !== undefined && !answer.writableFinished;
      // A status line in the middle of an answer would be taken for a part of it.
      if (!socket.writable || (isOpen && answer.headersSent)) socket.destroy();
      else socket.end(answerToBroken(error, isOpen ? answer.req.url : targetOfBrokenRequest(error.rawPacket)));
    });
    // A proxy's client asks for a tunnel; Node would close the connection without a word.
    server.on('connect', (_request, socket: Duplex) => {
      socket.on('error', () => {});
      socket.end(rawResponse(405, 'application/json', methodNotAllowed('no tunnels').body(null)));
    });
    chosenPort = (server.address() as AddressInfo).port;
    servers.push(server);
  }
  return {
    port: chosenPort,
    close: async (deadlineMs) => {
      const closed = Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
      for (const server of servers) server.closeIdleConnections();
      const deadline = setTimeout(() => {
        for (const server of servers) server.closeAllConnections();
      }, deadlineMs);
      await closed;
      clearTimeout(deadline);
    },
  };
}
