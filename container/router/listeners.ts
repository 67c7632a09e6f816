import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDoorServer } from './door-server.ts';

/** Idle time-out of the load balancer in milliseconds: the longest that an Application Load Balancer can have (its user guide). */
export const loadBalancerIdleMs = 4_000_000;

/**
 * The load balancer keeps connections to us for as long as its idle time-out. A server that closes one earlier resets it in the moment
 * in which the load balancer sends the next request, which its client sees as a 502. Node's time for a request's head has to be longer
 * still: with some versions it runs from the end of the request before.
 */
export const doorServerLimits = {
  keepAliveTimeoutMs: loadBalancerIdleMs + 60_000,
  headersTimeoutMs: loadBalancerIdleMs + 120_000,
  // The router has a deadline of its own for bodies; Node's own one would have to be longer than that for heads.
  requestTimeoutMs: 0,
  checkingIntervalMs: 30_000,
  // A stream takes one descriptor on each side; a task of ECS on Fargate has 65,535.
  maxConnections: 30_000,
};

export interface FrontOptions {
  /** Whether requests may be sent here. */
  isReady(): boolean;
  doors: RequestListener;
}

/** What listens where the load balancer sends requests: its two questions, and the MCP doors for everything else. */
export function createFrontServer({ isReady, doors }: FrontOptions): Server {
  const front: RequestListener = (request, response) => {
    if (request.url === '/healthz') response.writeHead(200, plainText).end('ok\n');
    else if (request.url !== '/readyz') doors(request, response);
    else if (isReady()) response.writeHead(200, plainText).end('ready\n');
    else response.writeHead(503, plainText).end('not ready\n');
  };
  return createDoorServer(front, (target) => target !== '/healthz' && target !== '/readyz', doorServerLimits);
}

/** Answers `/metrics`, and nothing else. */
export function createMetricsServer(metrics: () => string): Server {
  return createServer((request, response) => {
    if (request.url !== '/metrics') response.writeHead(404).end();
    else response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }).end(metrics());
  });
}

/** Resolves with the port, which the system chooses where it is 0. Rejects where it is taken. */
export async function listenOn(server: Server, host: string, port: number): Promise<number> {
  server.listen({ host, port, backlog: 4096 });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Ends all that is open and stops listening. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

const plainText = { 'Content-Type': 'text/plain', 'Cache-Control': 'no-store' };
