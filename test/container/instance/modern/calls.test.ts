import { request as httpRequest } from 'node:http';
import { Socket } from 'node:net';
import { getActiveResourcesInfo } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RawRequest, rawRequest } from '../raw-http.ts';
import { authorization, connectClient, type RunningInstance, startInstance } from '../start-instance.ts';
import { type ModernRequestOptions, modernHttp, modernRequest, modernStream, streamMessages } from './modern-request.ts';

let instance: RunningInstance;
let url: string;
beforeEach(async () => {
  instance = await startInstance();
  url = `${instance.url}/mcp`;
});
afterEach(() => instance.close());

const call = { name: 'campaigns_get_all', arguments: {} };
/** The test runner has a timer for each of its own reports, until the busy main process has taken it. */
const reportsMayWait = { timeout: 60_000 };
const listening = { notifications: { resourcesListChanged: true } };

function ask(method: string, params: Record<string, unknown> = {}, options: ModernRequestOptions = {}) {
  return modernRequest(url, method, params, { ...options, headers: { ...authorization, ...options.headers } });
}

describe('revision 2026-07-28', () => {
  it('tells what it is', async () => {
    const { status, result } = await ask('server/discover');
    expect(status).toBe(200);
    expect(result).toMatchObject({
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: {}, prompts: {}, resources: { listChanged: true }, completions: {} },
      instructions: instance.instance.features.instructions,
      cacheScope: 'private',
      _meta: { 'io.modelcontextprotocol/serverInfo': instance.instance.features.serverInfo },
    });
    expect(result.ttlMs).toBeGreaterThan(0);
  });

  it('lists the tools of the other revisions, to the letter', async () => {
    const { result, contentType } = await ask('tools/list', {}, { id: '"tools":[]' });
    expect(contentType).toBe('application/json');
    expect(result).toMatchObject({ ttlMs: 300_000, cacheScope: 'private', resultType: 'complete' });
    expect(JSON.stringify(result.tools)).toBe(JSON.stringify(instance.instance.features.tools.list.tools));
  });

  it('calls a tool, and names the call in the log as the header does', async () => {
    instance.stub.answer = () => ({ body: [{ id: 1, name: 'Grüße 🚀' }] });
    const { result } = await ask('tools/call', call, { headers: { 'x-request-id': 'req.1' } });
    expect(result).toMatchObject({ structuredContent: { items: [{ id: 1, name: 'Grüße 🚀' }] }, resultType: 'complete' });
    expect(instance.log()).toContain('"requestId":"req.1"');
  });

  it('tells a failed call as a result', async () => {
    instance.stub.answer = () => ({ status: 401, body: { message: 'Invalid API Key' } });
    const { status, result } = await ask('tools/call', call);
    expect([status, result.isError]).toEqual([200, true]);
    expect(result.structuredContent).toMatchObject({ code: 'smartlead_key_refused' });
  });

  it('answers 100 calls at once, each with its own answer, and keeps nothing of them', { timeout: 90_000 }, async () => {
    instance.stub.answer = ({ path }) => ({
      // Connections to Smartlead are kept for seconds, which is not what this is about.
      headers: { connection: 'close' },
      body: { id: Number(/(\d+)$/.exec(path)?.[1]) },
      delayMs: 20,
    });
    const callOne = async (id: number) => {
      const params = { name: 'campaigns_get_by_id', arguments: { campaign_id: id } };
      const answer = await ask('tools/call', params, { id });
      return [answer.id, (answer.result.structuredContent as { id: number }).id];
    };
    await callOne(1);
    const before = timersAndSockets();
    const ids = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(await Promise.all(ids.map(callOne))).toEqual(ids.map((id) => [id, id]));
    await expect.poll(timersAndSockets, reportsMayWait).toBeLessThanOrEqual(before);
    expect(instance.instance.callsInProgress).toBe(0);
    expect((await rawRequest(`${instance.url}/metrics`)).text).toMatch(/^smartlead_mcp_sessions 0$/m);
  });
});

describe('a client that leaves', () => {
  it('while its call runs cancels it, even when memory was cleaned up meanwhile', async () => {
    instance.stub.answer = () => ({ until: new Promise(() => undefined) });
    const leave = startAndLeave(url, modernHttp('tools/call', call, { headers: authorization }));
    await expect.poll(() => instance.stub.requests.length).toBe(1);
    collectGarbage();
    leave();
    await expect.poll(() => instance.instance.callsInProgress).toBe(0);
    expect(instance.log()).toContain('"outcome":"cancelled"');
  });

  it('after its write was sent does not undo it: the same call tells later what became of it, and sends nothing', async () => {
    const pause = { name: 'campaigns_update_status', arguments: { campaign_id: 7, status: 'PAUSED' } };
    const answers = Promise.withResolvers<void>();
    instance.stub.answer = () => ({ until: answers.promise, body: { ok: true, changed: 99 } });
    const leave = startAndLeave(url, modernHttp('tools/call', pause, { headers: authorization }));
    await expect.poll(() => instance.stub.requests.length).toBe(1);
    leave();
    await expect.poll(() => instance.log()).toContain('"outcome":"cancelled"');
    answers.resolve();
    await expect.poll(() => instance.log()).toContain('Write cancelled by the client after it was sent: outcome ok');
    expect(instance.instance.callsInProgress).toBe(0);
    const { result } = await ask('tools/call', pause);
    expect(result).toMatchObject({
      structuredContent: { changed: 99, repeated: { firstSentAt: expect.any(String) } },
      resultType: 'complete',
    });
    expect(instance.stub.requests).toHaveLength(1);
  });

  it('from a stream of changes leaves nothing behind', { timeout: 90_000 }, async () => {
    const before = timersAndSockets();
    const streams = await Promise.all(
      Array.from({ length: 20 }, (_, id) => modernStream(url, 'subscriptions/listen', listening, { id, headers: authorization })),
    );
    await Promise.all(streams.map((stream) => stream.waitFor(/acknowledged/)));
    for (const { leave } of streams) leave();
    await expect.poll(timersAndSockets, reportsMayWait).toBeLessThanOrEqual(before);
  });
});

describe('a client that vanishes', () => {
  it('is noticed by the system, which is told to ask within a minute and a half whether it is there', async () => {
    const setKeepAlive = vi.spyOn(Socket.prototype, 'setKeepAlive');
    await ask('tools/list');
    expect(setKeepAlive).toHaveBeenCalledWith({ enable: true, initialDelay: 30_000, interval: 10_000, count: 6 });
    setKeepAlive.mockRestore();
  });
});

describe('a resource that cannot be read', () => {
  it('is told of in both eras: what Smartlead said, whether to try again, what to do', async () => {
    instance.stub.answer = () => ({ status: 401, body: { message: 'Invalid API Key' } });
    const uri = 'smartlead://campaigns/7';
    const told = {
      code: -32603,
      message: expect.stringContaining('Invalid API Key'),
      data: { code: 'smartlead_key_refused', retryable: false, nextStep: expect.stringContaining('Settings') },
    };
    expect((await ask('resources/read', { uri })).error).toMatchObject(told);
    const client = await connectClient(instance.url);
    await expect(client.readResource({ uri })).rejects.toMatchObject(told);
    await client.close();
  });
});

describe('subscriptions/listen', () => {
  it('is acknowledged first, with what there is to hear of, and ends in order with the instance', async () => {
    const notifications = { ...listening.notifications, toolsListChanged: true };
    const stream = await modernStream(url, 'subscriptions/listen', { notifications }, { id: 'sub', headers: authorization });
    await stream.waitFor(/acknowledged/);
    expect(stream.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    await instance.serving.stop(0);
    await stream.ended;
    const about = { 'io.modelcontextprotocol/subscriptionId': 'sub' };
    expect(streamMessages(stream.text())).toMatchObject([
      {
        method: 'notifications/subscriptions/acknowledged',
        params: { notifications: { resourcesListChanged: true }, _meta: about },
      },
      { id: 'sub', result: { resultType: 'complete', _meta: about } },
    ]);
  });
});

/** Sends a request. @returns the function that breaks the connection. */
function startAndLeave(address: string, { method, headers, body }: RawRequest): () => void {
  const request = httpRequest(address, { method, headers, agent: false });
  request.on('error', () => undefined);
  request.end(body);
  return () => request.destroy();
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

function timersAndSockets(): number {
  return getActiveResourcesInfo().filter((kind) => kind === 'Timeout' || kind === 'TCPSocketWrap').length;
}
