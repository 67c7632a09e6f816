import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

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

/**
 * Listens with one handler on several addresses. The first one must succeed; later ones are conveniences (a machine without IPv6
 * lacks `::1`), except that a port taken there is an error too: a client that asks for `localhost` would reach somebody else.
 */
export async function listen(handler: RequestListener, hosts: string[], port: number): Promise<Listeners> {
  const servers: Server[] = [];
  let chosenPort = port;
  for (const [index, host] of hosts.entries()) {
    const server = createServer(
      {
        // Longer than any load balancer's idle time-out in front of us, so that we are never the side that closes a connection first.
        keepAliveTimeout: 75_000,
        headersTimeout: 80_000,
        requestTimeout: 0,
      },
      handler,
    );
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
    server.on('clientError', (_error, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      else socket.destroy();
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
