import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDoorServer } from '../../container/router/door-server.ts';
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

/** Longer than the idle time-out of the usual proxies in front of us, so that we are never the side that closes a connection first. */
const keepAliveTimeoutMs = 75_000;

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
  for (const [index, host] of hosts.entries()) {
    const server = createDoorServer(handler, isMcpTarget, {
      keepAliveTimeoutMs,
      headersTimeoutMs: Math.min(30_000, requestTimeoutMs),
      requestTimeoutMs,
      checkingIntervalMs: Math.min(10_000, requestTimeoutMs),
      maxConnections,
    });
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
