import { describe, expect, test } from 'vitest';
import { type CampaignRow, ManualClock, SandboxClient, unhurriedClock, withSandbox } from './sandbox-client.ts';

describe('planned failures', () => {
  test.each([
    ['500', 500],
    ['503', 503],
    ['429', 429],
    ['html', 502],
  ] as const)('%s answers with status %i, once, and changes nothing', (mode, status) =>
    withSandbox({ clock: unhurriedClock() }, async (sandbox) => {
      const client = new SandboxClient(sandbox);
      const before = await client.read<CampaignRow[]>('/campaigns/');
      sandbox.failNext({ operation: 'campaigns/create', mode });
      const failed = await client.post('/campaigns/create', { name: 'x' });
      expect(failed.status).toBe(status);
      if (mode === 'html') expect(failed.headers.get('content-type')).toContain('text/html');
      if (mode === '429') expect(failed.headers.get('retry-after')).toBe('1');
      expect(await client.read('/campaigns/')).toEqual(before);
      expect((await client.post('/campaigns/create', { name: 'x' })).status).toBe(200);
    }),
  );

  test('reset cuts the connection before anything happens', () =>
    withSandbox({ clock: unhurriedClock() }, async (sandbox) => {
      const client = new SandboxClient(sandbox);
      const before = await client.read<CampaignRow[]>('/campaigns/');
      sandbox.failNext({ mode: 'reset' });
      await expect(client.post('/campaigns/create', { name: 'x' })).rejects.toThrow();
      expect(await client.read('/campaigns/')).toEqual(before);
    }));

  test('drop-after-apply does what was asked and cuts the connection', () =>
    withSandbox({ clock: unhurriedClock() }, async (sandbox) => {
      const client = new SandboxClient(sandbox);
      sandbox.failNext({ operation: 'campaigns/create', mode: 'drop-after-apply' });
      await expect(client.post('/campaigns/create', { name: 'applied' })).rejects.toThrow();
      expect((await client.read<CampaignRow[]>('/campaigns/')).filter((row) => row.name === 'applied')).toHaveLength(1);
      expect(sandbox.requests().at(-2)).toMatchObject({ operation: 'campaigns/create', status: undefined });
    }));

  test('timeout never answers', () =>
    withSandbox({ clock: unhurriedClock() }, async (sandbox) => {
      sandbox.failNext({ mode: 'timeout' });
      const signal = AbortSignal.timeout(150);
      await expect(new SandboxClient(sandbox).send('GET', '/campaigns/', { signal })).rejects.toThrow(/timeout|aborted/i);
    }));

  test('as often as asked, for the named operation only, until cleared', () =>
    withSandbox({ clock: unhurriedClock() }, async (sandbox) => {
      const client = new SandboxClient(sandbox);
      const status = async () => (await client.get('/campaigns/')).status;
      sandbox.failNext({ operation: 'campaigns/get-all', mode: '503', times: 2 });
      expect((await client.get('/leads/fetch-categories')).status).toBe(200);
      expect([await status(), await status(), await status()]).toEqual([503, 503, 200]);
      sandbox.failNext({ mode: '500', times: 100 });
      sandbox.clearFaults();
      expect(await status()).toBe(200);
    }));
});

test('requests are recorded with everything but the key', () =>
  withSandbox({ clock: new ManualClock() }, async (sandbox) => {
    const client = new SandboxClient(sandbox, 'demo-secret-canary');
    await client.send('POST', '/search-contacts', { host: 'prospect', body: { limit: 1 } });
    await client.get('/campaigns/', { include_tags: true });
    await client.get('/no-such-route');
    expect(sandbox.requests()).toEqual([
      {
        method: 'POST',
        host: 'prospect',
        path: '/search-contacts',
        query: {},
        body: { limit: 1 },
        operation: 'smart-prospect/search-contacts',
        status: 200,
      },
      {
        method: 'GET',
        host: 'core',
        path: '/campaigns/',
        query: { include_tags: 'true' },
        body: undefined,
        operation: 'campaigns/get-all',
        status: 200,
      },
      { method: 'GET', host: 'core', path: '/no-such-route', query: {}, body: undefined, operation: undefined, status: 404 },
    ]);
    expect(JSON.stringify(sandbox.requests())).not.toContain('canary');
    sandbox.clearRequests();
    expect(sandbox.requests()).toEqual([]);
  }));

test('closing ends at once, with a request still waiting', () =>
  withSandbox({}, async (sandbox) => {
    sandbox.failNext({ mode: 'timeout' });
    const waiting = new SandboxClient(sandbox).get('/campaigns/');
    const ended = expect(waiting).rejects.toThrow();
    while (sandbox.requests().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await sandbox.close();
    await ended;
  }));
