import {
  Client as Client2,
  StreamableHTTPClientTransport as Http2,
  SSEClientTransport as Sse2,
} from '@modelcontextprotocol/client';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStream, rawRequest } from './raw-http.ts';
import { authorization, callTool, connectClient, type RunningInstance, startInstance } from './start-instance.ts';

const never = new Promise<never>(() => undefined);

let running: RunningInstance;
beforeAll(async () => {
  running = await startInstance();
});
afterAll(() => running.close());
beforeEach(() => {
  running.stub.answer = ({ path }) => ({ body: { path, text: 'Grüße 🚀' } });
});

describe.each(['streamable-http', 'http-sse'] as const)('the official client 1.x over %s', (transport) => {
  it('lists the tools, calls one, and gets errors it can show a model', async () => {
    const client = await connectClient(running.url, transport);
    expect((await client.listTools()).tools).toHaveLength(running.instance.features.tools.list.tools.length);
    expect(client.getServerVersion()).toMatchObject({ name: 'smartlead-mcp' });
    expect(await callTool(client, 'campaigns_get_sequences', { campaign_id: 7 })).toMatchObject({
      isError: false,
      value: { path: '/core/api/v1/campaigns/7/sequences', text: 'Grüße 🚀' },
    });
    expect(await callTool(client, 'campaigns_get_sequences', {})).toMatchObject({
      isError: true,
      value: {
        code: 'invalid_arguments',
        message: 'campaign_id is required.',
        issues: [{ path: 'campaign_id', message: 'is required' }],
      },
    });
    await client.close();
  });

  it('is answered by the hundred at once', async () => {
    const client = await connectClient(running.url, transport);
    running.stub.answer = ({ path }) => ({ body: { path }, delayMs: Math.random() * 20 });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, id) => callTool(client, 'campaigns_get_by_id', { campaign_id: id })),
    );
    expect(answers.map(({ value }) => value.path)).toEqual(answers.map((_, id) => `/core/api/v1/campaigns/${id}`));
    await client.close();
  });

  it('can cancel: the request to Smartlead ends', async () => {
    const client = await connectClient(running.url, transport);
    running.stub.answer = () => ({ until: never });
    const cancel = new AbortController();
    const call = client.callTool({ name: 'leads_categories' }, undefined, { signal: cancel.signal });
    await expect.poll(() => running.instance.callsInProgress).toBe(1);
    cancel.abort('enough');
    await expect(call).rejects.toThrow();
    await expect.poll(() => running.instance.callsInProgress).toBe(0);
    expect(running.log()).toContain('"outcome":"cancelled"');
    await client.close();
  });

  it('ends its session by closing', async () => {
    // An instance of its own: the sessions of the tests before may be just ending.
    const alone = await startInstance();
    const sessions = async () => {
      const { text } = await rawRequest(`${alone.url}/metrics`, { headers: authorization });
      return Number(/^smartlead_mcp_sessions (\d+)$/m.exec(text)?.[1]);
    };
    const client = await connectClient(alone.url, transport);
    expect(await sessions()).toBe(1);
    if (transport === 'streamable-http')
      await (client.transport as unknown as { terminateSession(): Promise<void> }).terminateSession();
    await client.close();
    await expect.poll(sessions).toBe(0);
    await alone.close();
  });
});

describe('the official client 2.x', () => {
  it.each([
    ['Streamable HTTP', () => new Http2(new URL(`${running.url}/mcp`), { requestInit: { headers: authorization } })],
    ['HTTP+SSE', () => new Sse2(new URL(`${running.url}/sse`), { requestInit: { headers: authorization } })],
  ])('lists and calls over %s', async (_name, transport) => {
    const client = new Client2({ name: 'test', version: '2.0.0' });
    await client.connect(transport());
    expect((await client.listTools()).tools).toHaveLength(running.instance.features.tools.list.tools.length);
    const result = await client.callTool({ name: 'campaigns_get_by_id', arguments: { campaign_id: 3 } });
    expect(result.structuredContent).toMatchObject({ path: '/core/api/v1/campaigns/3' });
    await client.close();
  });
});

describe('clients that use the same ids', () => {
  it('never get each other’s answers, in whatever order they come', async () => {
    const clients = await Promise.all(
      (['http-sse', 'streamable-http', 'http-sse', 'streamable-http'] as const).map((name) => connectClient(running.url, name)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 4, maxLength: 24 }), async (delays) => {
        running.stub.answer = ({ path }) => ({
          body: { path },
          delayMs: delays[Number(path.split('/').at(-1)) % delays.length] ?? 0,
        });
        const answers = await Promise.all(
          delays.map(async (_, index) => {
            const client = clients[index % clients.length];
            if (client === undefined) throw new Error('no client');
            return callTool(client, 'campaigns_get_by_id', { campaign_id: index });
          }),
        );
        expect(answers.map(({ value }) => value.path)).toEqual(delays.map((_, index) => `/core/api/v1/campaigns/${index}`));
      }),
      { numRuns: 15 },
    );
    await Promise.all(clients.map((client) => client.close()));
  });
});

describe('clients that leave', () => {
  const json = { ...authorization, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const message = (id: number, method: string, params: object) => JSON.stringify({ jsonrpc: '2.0', id, method, params });
  const initialize = message(0, 'initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'raw', version: '0' },
  });
  const call = message(1, 'tools/call', { name: 'campaigns_get_all', arguments: {} });

  it('in the middle of an answer, at any moment, hurt nobody and leave nothing running', async () => {
    running.stub.answer = () => ({ delayMs: 20, body: Array.from({ length: 2_000 }, (_, id) => ({ id, name: 'Grüße 🚀' })) });
    const staying = await connectClient(running.url);
    for (let moment = 0; moment <= 60; moment += 6) {
      const opened = await rawRequest(`${running.url}/mcp`, { method: 'POST', headers: json, body: initialize });
      const headers = { ...json, 'mcp-session-id': String(opened.headers['mcp-session-id']) };
      const streamable = openStream(`${running.url}/mcp`, { method: 'POST', headers, body: call }).catch(() => undefined);
      const sse = await openStream(`${running.url}/sse`, { headers: authorization });
      const [, endpoint] = await sse.waitFor(/data: (\S+)/);
      for (const body of [initialize, call])
        await rawRequest(`${running.url}${endpoint}`, { method: 'POST', headers: json, body });
      await new Promise((resolve) => setTimeout(resolve, moment));
      sse.leave();
      void streamable.then((stream) => stream?.leave());
      await rawRequest(`${running.url}/mcp`, { method: 'DELETE', headers });
    }
    await expect.poll(() => running.instance.callsInProgress).toBe(0);
    expect(await callTool(staying, 'campaigns_get_all')).toMatchObject({ isError: false });
    await staying.close();
    expect(running.log()).not.toContain('"level":"error"');
  });

  it('before a Streamable HTTP answer end the request to Smartlead', async () => {
    running.stub.answer = () => ({ until: never });
    const opened = await rawRequest(`${running.url}/mcp`, { method: 'POST', headers: json, body: initialize });
    const headers = { ...json, 'mcp-session-id': String(opened.headers['mcp-session-id']) };
    const leave = new AbortController();
    const left = fetch(`${running.url}/mcp`, { method: 'POST', headers, body: call, signal: leave.signal }).catch(() => 'left');
    await expect.poll(() => running.instance.callsInProgress).toBe(1);
    leave.abort();
    expect(await left).toBe('left');
    await expect.poll(() => running.instance.callsInProgress).toBe(0);
  });
});
