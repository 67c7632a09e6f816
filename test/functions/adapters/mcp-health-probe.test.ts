import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { McpHealthProbe } from '../../../functions/adapters/mcp-health-probe.ts';

const answer = JSON.stringify({
  ...{ jsonrpc: '2.0', id: 1 },
  result: { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'x', version: '1' } },
});
let server: Server | undefined;
const requests: { method: string | undefined; path: string | undefined; authorization: string | undefined; session: unknown }[] =
  [];

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  requests.length = 0;
});

/** @param timeoutMilliseconds Short where the answer never comes, else so long that it does not pass on a slow machine. */
async function check(handle: RequestListener, timeoutMilliseconds = 20_000) {
  server = createServer((request, response) => {
    const { method, url: path, headers } = request;
    requests.push({ method, path, authorization: headers.authorization, session: headers['mcp-session-id'] });
    handle(request, response);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const probe = new McpHealthProbe({ timeoutMilliseconds });
  return probe.check({ instanceId: 'ins_1', workspaceId: 'ws_1', address, accessToken: 'token' });
}

describe('the health probe', () => {
  it.each([
    ['application/json', answer],
    ['text/event-stream', `: hello\n\nid: 1\nevent: message\ndata: ${answer}\n\n`],
  ])('opens a session, reads an answer as %s and closes the session', async (type, body) => {
    const health = await check((request, response) => {
      if (request.method === 'POST') response.setHeader('mcp-session-id', 's1').setHeader('content-type', type).end(body);
      else response.writeHead(204).end();
    });
    expect(health).toEqual({ healthy: true });
    expect(requests).toEqual([
      { method: 'POST', path: '/mcp', authorization: 'Bearer token', session: undefined },
      { method: 'DELETE', path: '/mcp', authorization: 'Bearer token', session: 's1' },
    ]);
  });

  it.each<[string, RequestListener, string, number?]>([
    ['refuses', (_, response) => void response.writeHead(401).end(), 'it answered with HTTP status 401.'],
    ['breaks', (_, response) => void response.writeHead(500).end('<html>'), 'it answered with HTTP status 500.'],
    ['is something else', (_, response) => void response.end('hello'), 'it did not answer as an MCP server does.'],
    [
      'answers an error',
      (_, response) => void response.end('{"jsonrpc":"2.0","id":1,"error":{}}'),
      'it did not answer as an MCP server does.',
    ],
    [
      'redirects',
      (_, response) => void response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
      'it cannot be reached.',
    ],
    ['hangs', () => {}, 'it did not answer within 0.3 seconds.', 300],
    ['never ends its answer', (_, response) => void response.write('data: '), 'it did not answer within 0.3 seconds.', 300],
    ['hangs up', (request) => void request.socket.destroy(), 'it cannot be reached.'],
  ])('finds out that an instance %s', async (_what, handle, reason, timeout) => {
    expect(await check(handle, timeout)).toEqual({ healthy: false, reason });
  });
});
