import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  collect,
  countsOf,
  echo,
  eventually,
  open,
  post,
  type RouterFixture,
  send,
  startRouter,
  toolCall,
  writingTool,
} from './fixture.ts';

describe('a router that closes', () => {
  let fixture: RouterFixture;
  beforeEach(async () => {
    fixture = await startRouter();
  });
  afterEach(() => void vi.useRealTimers());

  it('closes idle streams with a hint, lets a running call finish, refuses new requests and hands its counts over', async () => {
    let finish = () => {};
    const instance = await fixture.addInstance((request, response, body) => {
      if (request.method === 'GET') response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': hi\n\n');
      else finish = () => echo(request, response, body);
    });
    const url = fixture.url(instance, 'mcp');
    const stream = collect(await open(url, { token: instance.token }));
    await stream.waitFor('hi');
    const call = post(url, instance.token, toolCall(1));
    await eventually(() => instance.seen.length === 2, 'the call to arrive');
    const closed = fixture.router.close({ deadlineMs: 20_000 });
    await stream.waitForEnd();
    expect(stream.text).toMatch(/retry: \d+\n\n$/);
    const refused = await post(url, instance.token, toolCall(2));
    expect(refused.status).toBe(503);
    expect(JSON.parse(refused.text)).toMatchObject({ error: { data: { reason: 'closing', retry: true } } });
    finish();
    expect((await call).status).toBe(200);
    await closed;
    expect(countsOf(fixture.batches, instance.id)).toEqual({ campaigns_get_all: [1, 0] });
    await fixture.close();
  });

  it('waits for answers that are owed on an HTTP+SSE stream', async () => {
    let answer: () => void = () => {};
    const instance = await fixture.addInstance((request, response) => {
      if (request.method === 'POST') response.writeHead(202).end('Accepted');
      else {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.write(`event: endpoint\ndata: /messages?sessionId=${request.headers['x-session-id']}\n\n`);
        answer = () => response.write('event: message\ndata: {"result":{"late":true},"jsonrpc":"2.0","id":1}\n\n');
      }
    });
    const stream = collect(await open(fixture.url(instance, 'sse'), { token: instance.token }));
    await stream.waitFor('endpoint');
    const endpoint = /data: (\S+)/.exec(stream.text)?.[1] ?? '';
    const sent = await post(new URL(endpoint, fixture.url(instance, 'sse')).href, instance.token, toolCall(1));
    expect(sent.status).toBe(202);
    await eventually(() => instance.seen.some(({ body }) => body.includes('tools/call')), 'the call to arrive');
    const closed = fixture.router.close({ deadlineMs: 20_000 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(stream.ended).toBe(false);
    answer();
    await stream.waitForEnd();
    expect(stream.text).toContain('late');
    await closed;
    await fixture.close();
  });

  it('spreads the closing of its streams, opens no new ones, and serves calls until they are closed', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const spreading = await startRouter({ timing: { drainSpreadMs: 600 } });
    const instance = await spreading.addInstance((request, response, body) => {
      if (request.method === 'GET') response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': hi\n\n');
      else echo(request, response, body);
    });
    const url = spreading.url(instance, 'mcp');
    const streams: ReturnType<typeof collect>[] = [];
    for (let each = 0; each < 6; each += 1) {
      const stream = collect(await open(url, { token: instance.token }));
      await stream.waitFor('hi');
      streams.push(stream);
    }
    const closed = spreading.router.close({ deadlineMs: 5_000 });
    const closedStreams = () => streams.filter(({ ended }) => ended).length;
    for (let number = 1; number < streams.length; number += 1) {
      await eventually(() => closedStreams() === number, `${number} streams to be closed`);
      const call = await post(url, instance.token, toolCall(number));
      expect([call.status, call.headers.connection]).toEqual([200, 'close']);
      expect((await send(url, { token: instance.token })).status).toBe(503);
      // A reader of event streams takes a refusal for final; it is asked to come back instead.
      const away = await send(spreading.url(instance, 'sse'), { token: instance.token });
      expect([away.status, away.headers['content-type']]).toEqual([200, 'text/event-stream']);
      expect(away.text).toMatch(/^retry: \d+\n\n$/);
      expect(closedStreams()).toBe(number);
      vi.advanceTimersByTime(100);
    }
    await eventually(() => closedStreams() === streams.length, 'all streams to be closed');
    await closed;
    expect(streams.every(({ text }) => /retry: \d+\n\n$/.test(text))).toBe(true);
    await spreading.close();
    await fixture.close();
  });

  it('cuts what is left at the deadline, and keeps to it while the sink is down', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const broken = await startRouter({ usage: { apply: async () => Promise.reject(new Error('down')) } });
    const instance = await broken.addInstance(() => {});
    const call = post(broken.url(instance, 'mcp'), instance.token, toolCall(1));
    await eventually(() => instance.seen.length === 1, 'the call to arrive');
    const closed = broken.router.close({ deadlineMs: 500 });
    // A fifth of the time is kept for handing over the counts.
    vi.advanceTimersByTime(400);
    expect((await call).status).toBe(503);
    // The clock stands still from here on: whoever went on trying would never come to an end.
    vi.advanceTimersByTime(100);
    await closed;
    vi.useRealTimers();
    await broken.close();
    await fixture.close();
  });

  it('says at the deadline of a read that nothing is lost, and of a write that its outcome is unknown', async () => {
    const instance = await fixture.addInstance((_request, response, body) => {
      // One that has begun to answer on a stream, and one that says nothing.
      if (body.includes('"id":3')) response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': wait\n\n');
    });
    const url = fixture.url(instance, 'mcp');
    const read = post(url, instance.token, toolCall(1));
    const write = post(url, instance.token, toolCall(2, writingTool));
    const streamed = collect(
      await open(url, {
        method: 'POST',
        token: instance.token,
        body: toolCall(3, writingTool),
        headers: { Accept: 'application/json, text/event-stream' },
      }),
    );
    await streamed.waitFor('wait');
    const batch = post(url, instance.token, [toolCall(4), toolCall(5, writingTool)]);
    await eventually(() => instance.seen.length === 4, 'the calls to arrive');
    await fixture.router.close({ deadlineMs: 300 });
    expect((await read).status).toBe(503);
    expect(JSON.parse((await read).text)).toMatchObject({ id: 1, error: { data: { reason: 'closing', retry: true } } });
    const unknown = { isError: true, structuredContent: { code: 'outcome_unknown', retryable: false } };
    expect([(await write).status, JSON.parse((await write).text)]).toMatchObject([200, { id: 2, result: unknown }]);
    await streamed.waitForEnd();
    const event = /data: (.*)\n\n/.exec(streamed.text)?.[1] ?? '';
    expect(JSON.parse(event)).toMatchObject({ id: 3, result: unknown });
    const answers = JSON.parse((await batch).text);
    expect(answers).toContainEqual(expect.objectContaining({ id: 5, result: expect.objectContaining({ isError: true }) }));
    expect(answers).toContainEqual(
      expect.objectContaining({
        id: 4,
        error: expect.objectContaining({ data: expect.objectContaining({ reason: 'closing' }) }),
      }),
    );
    await fixture.close();
  });

  it('says of a write that still waits for its instance that nothing was done', async () => {
    const slow = await startRouter({ timing: { arrivalWaitMs: 10_000 } });
    const instance = await slow.addInstance();
    slow.routes.delete(instance.id);
    slow.descriptions.set(instance.id, { status: 'restarting', statusReason: '', nextStep: null });
    const call = post(slow.url(instance, 'mcp'), instance.token, toolCall(1, writingTool));
    await eventually(() => slow.router.metrics().includes('router_waiting_requests 1\n'), 'the call to wait');
    await slow.router.close({ deadlineMs: 100 });
    expect(JSON.parse((await call).text)).toMatchObject({ id: 1, error: { data: { reason: 'closing', retry: true } } });
    await slow.close();
    await fixture.close();
  });
});

describe('the metrics', () => {
  it('are Prometheus text without ids, tokens or client text', async () => {
    const fixture = await startRouter();
    const instance = await fixture.addInstance();
    await post(fixture.url(instance, 'mcp'), instance.token, toolCall(1, 'secret_tool'));
    await post(fixture.url(instance, 'mcp'), undefined, toolCall(1));
    const requests = 'smartlead_mcp_router_requests_total{door="mcp",status="200"} 1\n';
    await eventually(() => fixture.router.metrics().includes(requests), 'the request to be counted');
    const text = fixture.router.metrics();
    expect(text).toContain('smartlead_mcp_router_refusals_total{reason="token_missing"} 1\n');
    expect(text).toContain('smartlead_mcp_router_calls_total 1\n');
    for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^(# (HELP|TYPE) \S+ .+|[a-z_]+(\{[^}]*\})? \d+)$/);
    for (const word of [instance.id, instance.token, instance.tokenId, 'secret_tool']) expect(text).not.toContain(word);
    await fixture.close();
  });
});
