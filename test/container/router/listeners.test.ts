import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import {
  closeServer,
  createFrontServer,
  createMetricsServer,
  doorServerLimits,
  listenOn,
  loadBalancerIdleMs,
} from '../../../container/router/listeners.ts';
import { send } from './fixture.ts';

const servers: ReturnType<typeof createFrontServer>[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await closeServer(server);
});

async function start(isReady = () => true) {
  const seen: (string | undefined)[] = [];
  const server = createFrontServer({
    isReady,
    doors: (request, response) => {
      seen.push(request.url);
      response.end('door');
    },
  });
  servers.push(server);
  const port = await listenOn(server, '127.0.0.1', 0);
  return { server, port, seen, base: `http://127.0.0.1:${port}` };
}

it('never closes an idle connection before the load balancer does', async () => {
  const { server } = await start();
  expect(server.keepAliveTimeout).toBeGreaterThan(loadBalancerIdleMs);
  expect(server.headersTimeout).toBeGreaterThan(server.keepAliveTimeout);
  // Node refuses a time for heads that is longer than that for requests; none is allowed.
  expect(server.requestTimeout).toBe(0);
  expect(server.timeout).toBe(0);
  expect(doorServerLimits.keepAliveTimeoutMs).toBe(server.keepAliveTimeout);
});

it('answers the load balancer itself, and leaves everything else to the doors', async () => {
  let isReady = false;
  const { base, seen } = await start(() => isReady);
  expect((await send(`${base}/healthz`)).status).toBe(200);
  expect((await send(`${base}/readyz`)).status).toBe(503);
  isReady = true;
  expect((await send(`${base}/readyz`)).status).toBe(200);
  expect((await send(`${base}/metrics`)).text).toBe('door');
  expect((await send(`${base}/i/x/mcp`)).text).toBe('door');
  expect(seen).toEqual(['/metrics', '/i/x/mcp']);
});

it('answers what is no HTTP in the words of the protocol', async () => {
  const { port } = await start();
  const socket = connect(port, '127.0.0.1');
  socket.end('POST /i/x/mcp HTTP/9.9\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  expect(text).toMatch(/^HTTP\/1\.1 400 /);
  expect(text).toContain('"jsonrpc"');
});

it('shows metrics at a port of their own', async () => {
  const server = createMetricsServer(() => 'a 1\n');
  servers.push(server);
  const base = `http://127.0.0.1:${await listenOn(server, '127.0.0.1', 0)}`;
  expect((await send(`${base}/metrics`)).text).toBe('a 1\n');
  expect((await send(`${base}/i/x/mcp`)).status).toBe(404);
});

it('says where it cannot listen', async () => {
  const { port } = await start();
  const other = createMetricsServer(() => '');
  await expect(listenOn(other, '127.0.0.1', port)).rejects.toThrow('EADDRINUSE');
  await closeServer(other);
});
