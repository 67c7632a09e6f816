import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWeb } from '../../../selfhost/http/web.ts';

describe('pages', () => {
  let dashboardFolder: string;
  let server: Server;
  let url: string;
  let reported: unknown[];
  let failing: boolean;
  const terminal = vi.spyOn(console, 'error');

  beforeAll(async () => {
    dashboardFolder = mkdtempSync(join(tmpdir(), 'dashboard-'));
    mkdirSync(join(dashboardFolder, 'assets'));
    writeFileSync(join(dashboardFolder, 'index.html'), '<p>dashboard</p>');
    writeFileSync(join(dashboardFolder, 'assets', 'app.js'), 'app');
    const web = createWeb({
      api: async () => {
        throw new Error('canary-of-the-handler');
      },
      dashboardFolder,
      trustedProxies: 0,
      ready: async () => {
        if (failing) throw new Error('canary-of-readiness');
        return true;
      },
      metrics: () => '',
      reportError: (error) => reported.push(error),
    });
    server = createServer(web).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    reported = [];
    failing = false;
    terminal.mockClear();
  });
  afterEach(() => expect(terminal).not.toHaveBeenCalled());
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(dashboardFolder, { recursive: true });
  });

  async function expectText(path: string, status: number, text: string, init: RequestInit = {}): Promise<void> {
    const response = await fetch(url + path, init);
    expect({ status: response.status, type: response.headers.get('content-type'), body: await response.text() }).toEqual({
      status,
      type: 'text/plain; charset=utf-8',
      body: text,
    });
  }

  it('that exist are served', async () => {
    expect(await (await fetch(`${url}/assets/app.js`)).text()).toBe('app');
    expect(await (await fetch(`${url}/instances/1`)).text()).toBe('<p>dashboard</p>');
    expect(await (await fetch(`${url}/config.json`)).json()).toEqual({ apiUrl: '', signIn: { kind: 'local' } });
    expect(reported).toEqual([]);
  });

  it('that do not exist, or have no readable address, are refused without a path or a stack', async () => {
    await expectText('/assets/nope.js', 404, 'Not Found\n');
    await expectText('/assets/%E0%A4%A', 400, 'Bad Request\n');
    await expectText('/nothing', 404, 'Not Found\n', { method: 'POST' });
    expect(reported).toEqual([]);
  });

  it('that fail say nothing of why, which is reported instead', async () => {
    failing = true;
    await expectText('/readyz', 500, 'Internal Server Error\n');
    expect(reported).toEqual([new Error('canary-of-readiness')]);
  });

  it('of the API that fail are a problem document', async () => {
    const response = await fetch(`${url}/v1/me`);
    expect(response.status).toBe(500);
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(await response.text()).not.toContain('canary');
    expect(reported).toEqual([new Error('canary-of-the-handler')]);
  });
});
