import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isServedName, servedNames } from '../../../selfhost/http/served-names.ts';
import { createWeb } from '../../../selfhost/http/web.ts';

const local = { hosts: ['127.0.0.1', '::1'], publicUrl: 'https://mcp.example', mcpAllowedHosts: undefined };

describe('the names under which the API and the dashboard are served', () => {
  it('are those of this machine and the public one where it listens for itself alone', () => {
    expect(servedNames(local)).toEqual(['localhost', '127.0.0.1', '[::1]', 'mcp.example']);
    expect(servedNames({ ...local, mcpAllowedHosts: ['other.example'] })).toContain('other.example');
  });

  it('are any where it listens for a network', () => {
    expect(isServedName('whatever.example', servedNames({ ...local, hosts: ['0.0.0.0'] }))).toBe(true);
  });

  it.each(['localhost', 'LOCALHOST:8080', '127.0.0.1:8080', '[::1]:8080', '[::1]', 'mcp.example'])('include %s', (host) => {
    expect(isServedName(host, servedNames(local))).toBe(true);
  });

  it.each(['evil.example', 'evil.example:8080', 'localhost.evil.example', '127.0.0.1.evil.example', '', undefined])(
    'do not include %s',
    (host) => {
      expect(isServedName(host, servedNames(local))).toBe(false);
    },
  );
});

describe('a page whose name was made to point to this machine (DNS rebinding)', () => {
  let server: Server;
  let calls = 0;

  beforeAll(async () => {
    const web = createWeb({
      api: async () => {
        calls += 1;
        return { statusCode: 200, headers: {}, body: '{}', isBase64Encoded: false };
      },
      dashboardFolder: '/nowhere',
      servedNames: servedNames(local),
      trustedProxies: 0,
      ready: async () => true,
      metrics: () => 'secret_metric 1\n',
      reportError: () => {},
    });
    server = createServer(web).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function ask(method: string, path: string, host: string): Promise<{ status: number | undefined; text: string }> {
    const { port } = server.address() as AddressInfo;
    const asked = httpRequest({ port, host: '127.0.0.1', method, path, headers: { host } });
    asked.end();
    const [response] = await once(asked, 'response');
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode, text };
  }

  it.each([
    ['GET', '/metrics'],
    ['POST', '/v1/auth/sign-up'],
    ['GET', '/v1/me'],
    ['GET', '/readyz'],
    ['GET', '/'],
    ['GET', 'http://evil.example/metrics'],
  ])('gets nothing of %s %s', async (method, path) => {
    const { status, text } = await ask(method, path, path.startsWith('/') ? 'evil.example:8080' : 'localhost');
    expect(status).toBe(403);
    expect(text).not.toContain('secret_metric');
    expect(calls).toBe(0);
  });

  it('while this machine is served', async () => {
    expect((await ask('GET', '/metrics', 'localhost:8080')).text).toContain('secret_metric');
    expect((await ask('POST', '/v1/auth/sign-up', '127.0.0.1:8080')).status).toBe(200);
    calls = 0;
  });
});
