import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../selfhost/sandbox/main.ts';
import { type McpClient, mcpClients, stdioClients } from './mcp-clients.ts';
import { RestClient } from './rest-client.ts';
import { type RunningService, startService } from './start-service.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the main job: sign up, create an instance, connect a client', { timeout: 60_000 }, () => {
  let service: RunningService;
  let rest: RestClient;
  let instance: { id: string; urls: { sse: string; messages: string; mcp: string } };
  let token: string;

  beforeAll(async () => {
    service = await startService();
    rest = new RestClient(service.url);
    const signUp = await rest.signUp('olive@example.com');
    expect(signUp.status).toBe(201);
    ({ instance, token } = await rest.createRunningInstance());
  });
  afterAll(async () => {
    expect(await service.stop()).toBe(0);
  });

  const base = () => instance.urls.mcp.replace(/\/mcp$/, '');

  it('gives URLs below the public base', () => {
    expect(instance.urls).toEqual({
      sse: `${service.url}/i/${instance.id}/sse`,
      messages: `${service.url}/i/${instance.id}/messages`,
      mcp: `${service.url}/i/${instance.id}/mcp`,
    });
  });

  async function expectTheCatalogue(client: McpClient): Promise<void> {
    const { tools } = await client.listTools();
    expect(tools.length).toBeGreaterThanOrEqual(115);
    expect(tools.map((tool) => tool.name)).toContain('campaigns_get_all');
    const result = await client.callTool({ name: 'campaigns_get_all', arguments: {} });
    expect(result.isError ?? false).toBe(false);
    expect(JSON.stringify(result.structuredContent)).toMatch(/"status":"(ACTIVE|DRAFTED|PAUSED|COMPLETED)"/);
    await client.close();
  }

  it.each(Object.entries(mcpClients))('serves the official client %s', async (_name, connect) => {
    await expectTheCatalogue(await connect(base(), token));
  });

  it('serves the official clients over stdio, from the command in the package', async () => {
    const sandbox = await startSandbox();
    try {
      for (const connect of Object.values(stdioClients)) {
        const client = await connect({
          command: process.execPath,
          args: [`${root}bin/smartlead-mcp.mjs`, 'stdio'],
          env: {
            PATH: process.env.PATH ?? '',
            SMARTLEAD_API_KEY: 'demo-stdio',
            SMARTLEAD_CORE_URL: sandbox.hosts.core,
            SMARTLEAD_PROSPECT_URL: sandbox.hosts.prospect,
            SMARTLEAD_DELIVERY_URL: sandbox.hosts.delivery,
            SMARTLEAD_SENDERS_URL: sandbox.hosts.senders,
          },
        });
        await expectTheCatalogue(client);
      }
    } finally {
      await sandbox.close();
    }
  });

  it('offers the stdio command by its name', () => {
    const result = spawnSync('npx', ['--no-install', 'smartlead-mcp', '--version'], { cwd: root, encoding: 'utf8' });
    expect(result.stdout.trim()).toMatch(/\d+\.\d+\.\d+$/);
  });

  it('counts the calls, logs them and tells the dashboard that a client connected', async () => {
    const client = await mcpClients['1.x over Streamable HTTP'](base(), token);
    for (let call = 0; call < 3; call += 1) await client.callTool({ name: 'leads_categories', arguments: {} });
    await client.close();

    const countOf = async (tool: string) => {
      const { body } = await rest.get(`/v1/usage?step=hour&instanceId=${instance.id}`);
      return body.items
        .filter((item: { tool: string }) => item.tool === tool)
        .reduce((sum: number, item: { calls: number }) => sum + item.calls, 0);
    };
    await expect.poll(() => countOf('leads_categories'), { timeout: 20_000, interval: 100 }).toBe(3);
    expect(await countOf('campaigns_get_all')).toBe(Object.keys(mcpClients).length);
    const { body: whole } = await rest.get('/v1/usage?step=minute');
    expect(whole.totals).toMatchObject({ calls: 3 + Object.keys(mcpClients).length, errors: 0 });

    const logs = async () => (await rest.get(`/v1/instances/${instance.id}/logs?tool=leads_categories`)).body.items;
    await expect.poll(async () => (await logs()).length, { timeout: 15_000, interval: 50 }).toBe(3);
    expect((await logs())[0]).toMatchObject({ tool: 'leads_categories', outcome: 'ok', durationMs: expect.any(Number) });

    const firstConnectedAt = async () => (await rest.get(`/v1/instances/${instance.id}`)).body.firstConnectedAt;
    await expect.poll(firstConnectedAt, { timeout: 15_000 }).toMatch(/^\d{4}-/);
    const events = async () =>
      (await rest.get(`/v1/instances/${instance.id}/events`)).body.items.map((event: { type: string }) => event.type);
    await expect.poll(events, { timeout: 15_000 }).toContain('client-connected');
  });

  it('has written down who did what', async () => {
    const { body } = await rest.get('/v1/audit?limit=100');
    const actions = body.items.map((entry: { action: string }) => entry.action);
    expect(actions).toEqual(expect.arrayContaining(['key.create', 'instance.create', 'token.create']));
    for (const entry of body.items) {
      expect(entry).toMatchObject({
        actor: expect.stringMatching(/^(user|api-key):|^system$/),
        time: expect.stringMatching(/^\d{4}-/),
      });
    }
  });

  it('follows the log live', async () => {
    const leave = new AbortController();
    const stream = await fetch(`${service.url}/v1/instances/${instance.id}/logs?follow=true`, {
      headers: { authorization: `Bearer ${rest.accessToken}` },
      signal: leave.signal,
    });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    const client = await mcpClients['1.x over Streamable HTTP'](base(), token);
    const call = client.callTool({ name: 'campaigns_get_by_id', arguments: { campaign_id: 1 } });
    let text = '';
    for await (const chunk of stream.body ?? []) {
      text += Buffer.from(chunk).toString('utf8');
      if (text.includes('campaigns_get_by_id')) break;
    }
    await call;
    await client.close();
    leave.abort();
  });

  it('closes the door when the token is revoked, also on open streams', async () => {
    const created = await rest.post(`/v1/instances/${instance.id}/tokens`, { label: 'short-lived' });
    const response = await fetch(instance.urls.sse, { headers: { authorization: `Bearer ${created.body.token}` } });
    expect(response.status).toBe(200);
    let said = '';
    const ended = (async () => {
      for await (const chunk of response.body ?? []) said += Buffer.from(chunk).toString('utf8');
    })().catch(() => {});
    expect((await rest.delete(`/v1/instances/${instance.id}/tokens/${created.body.id}`)).status).toBe(204);
    await ended;
    // Before the first comment that keeps a silent stream alive.
    expect(said).not.toMatch(/^:/m);
    const again = await fetch(instance.urls.sse, { headers: { authorization: `Bearer ${created.body.token}` } });
    expect(again.status).toBe(401);
    expect(again.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it('keeps the URL when the key is rotated, and uses the new key', async () => {
    const key = await rest.post('/v1/keys', { label: 'Rotating', apiKey: 'demo-before-rotation' });
    const created = await rest.post('/v1/instances', { name: 'Rotating', keyId: key.body.id });
    await rest.waitForStatus(created.body.id, 'running');
    const newToken = (await rest.post(`/v1/instances/${created.body.id}/tokens`, { label: 'client' })).body.token;
    const campaigns = async () => {
      const client = await mcpClients['1.x over Streamable HTTP'](`${service.url}/i/${created.body.id}`, newToken);
      const result = await client.callTool({ name: 'campaigns_get_all', arguments: {} });
      await client.close();
      return JSON.stringify(result.structuredContent);
    };
    const before = await campaigns();
    expect((await rest.post(`/v1/keys/${key.body.id}/rotate`, { apiKey: 'demo-after-rotation' })).status).toBe(200);
    await expect.poll(() => campaigns().catch(() => before), { timeout: 20_000, interval: 200 }).not.toBe(before);
    const after = await rest.get(`/v1/instances/${created.body.id}`);
    expect(after.body.urls).toEqual(created.body.urls);
  });

  it('refuses a key that Smartlead refuses, and stores nothing', async () => {
    const before = (await rest.get('/v1/keys')).body.items.length;
    const refused = await rest.post('/v1/keys', { label: 'Wrong', apiKey: 'not-a-sandbox-key' });
    expect(refused.status).toBe(422);
    expect(refused.body.type).toBe('urn:smartlead-mcp:problem:smartlead-key-refused');
    expect((await rest.get('/v1/keys')).body.items).toHaveLength(before);
  });

  it('stops, starts and deletes, each as often as asked', async () => {
    const { instance: other, token: otherToken } = await rest.createRunningInstance({ name: 'Second' });
    for (let time = 0; time < 2; time += 1) expect((await rest.post(`/v1/instances/${other.id}/stop`)).status).toBe(202);
    await rest.waitForStatus(other.id, 'stopped');
    const refused = await fetch(other.urls.mcp, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${otherToken}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
    });
    expect(refused.status).toBe(503);
    expect(await refused.text()).toMatch(/stopped/i);
    for (let time = 0; time < 2; time += 1) expect((await rest.post(`/v1/instances/${other.id}/start`)).status).toBe(202);
    await rest.waitForStatus(other.id, 'running');
    expect((await rest.delete(`/v1/instances/${other.id}`)).status).toBe(204);
    expect((await rest.get(`/v1/instances/${other.id}`)).status).toBe(404);
    await expect
      .poll(async () => (await rest.get('/v1/admin/instances')).body.items.some((item: { id: string }) => item.id === other.id), {
        timeout: 15_000,
      })
      .toBe(false);
  });
});
