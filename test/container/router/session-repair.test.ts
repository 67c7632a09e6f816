import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  collect,
  eventually,
  open,
  post,
  type RouterFixture,
  readingTool,
  send,
  startRouter,
  toolCall,
  writingTool,
} from './fixture.ts';
import {
  accept,
  answerCall,
  type CallScript,
  createSessionProcess,
  initialize,
  launchSuccessor,
  openSession,
  type SeenMessage,
} from './session-instance.ts';

const patient = { timing: { arrivalWaitMs: 20_000, wakeAgainMs: 60_000 } };
const methodsOf = (messages: SeenMessage[]) => messages.map(({ method }) => method);
const messagesIn = (text: string) =>
  [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json]) => JSON.parse(json ?? '') as Record<string, unknown> & { id?: unknown });

let fixture: RouterFixture;
afterEach(async () => {
  vi.useRealTimers();
  await fixture.close();
});

async function start(first = createSessionProcess()) {
  fixture = await startRouter(patient);
  const instance = await fixture.addInstance(first.script);
  return { first, instance, second: createSessionProcess() };
}

describe('a session', () => {
  it('has an id that the router makes, and is opened again at the next process as its client left it', async () => {
    const { first, instance, second } = await start();
    const session = await openSession(fixture, instance, initialize({ name: 'n8n', version: '2' }, { roots: {} }));
    expect([...first.sessions.keys()]).toEqual([session.id]);
    await session.post({ jsonrpc: '2.0', id: 1, method: 'logging/setLevel', params: { level: 'debug' } });
    for (const uri of ['a', 'b']) await session.post({ jsonrpc: '2.0', id: uri, method: 'resources/subscribe', params: { uri } });
    await session.post({ jsonrpc: '2.0', id: 3, method: 'resources/unsubscribe', params: { uri: 'a' } });
    await launchSuccessor(fixture, instance, second);
    await instance.kill();
    const answers = await Promise.all([5, 6, 7].map((id) => session.post(toolCall(id))));
    expect(answers.map(({ status, text }) => [status, JSON.parse(text).id])).toEqual([5, 6, 7].map((id) => [200, id]));
    expect(second.sessions.get(session.id)).toEqual({ initialized: true, logLevel: 'debug', subscriptions: ['b'] });
    expect(methodsOf(second.messages).filter((method) => method === 'initialize')).toHaveLength(1);
    expect(second.messages[0]?.params).toMatchObject({ clientInfo: { name: 'n8n' }, capabilities: { roots: {} } });
  });

  it('is opened again where its process has forgotten it', async () => {
    const { first, instance } = await start();
    const session = await openSession(fixture, instance);
    first.sessions.clear();
    expect((await session.post(toolCall(1))).status).toBe(200);
    expect(first.sessions.has(session.id)).toBe(true);
  });

  it('goes on at a router that has never heard of it, and is not for another workspace', async () => {
    const { instance, second } = await start();
    await fixture.close();
    const sessionKey = randomBytes(32);
    fixture = await startRouter({ ...patient, sessionKey });
    const owner = await fixture.addInstance(createSessionProcess().script);
    const session = await openSession(fixture, owner);
    const other = await startRouter({ ...patient, sessionKey });
    const thief = await other.addInstance(createSessionProcess().script);
    other.tokens.set([...fixture.tokens.keys()][0] ?? '', [...fixture.tokens.values()][0] ?? ({} as never));
    await launchSuccessor(other, owner, second);
    const there = `${other.base}/i/${owner.id}/mcp`;
    expect((await post(there, owner.token, toolCall(1), session.headers)).status).toBe(200);
    expect(second.sessions.get(session.id)?.initialized).toBe(true);
    const stolen = await post(other.url(thief, 'mcp'), thief.token, toolCall(1), session.headers);
    expect(stolen.status).toBe(404);
    expect(thief.seen).toEqual([]);
    await other.close();
    expect(instance.id).not.toBe(owner.id);
  });

  it('whose handshake is too long for its id is remembered by the router alone', async () => {
    const { instance, second } = await start();
    const session = await openSession(fixture, instance, initialize({ name: 'x'.repeat(5_000), version: '1' }));
    expect(session.id.length).toBeLessThan(400);
    await launchSuccessor(fixture, instance, second);
    await instance.kill();
    expect((await session.post(toolCall(1))).status).toBe(200);
    expect(second.messages[0]?.params).toMatchObject({ clientInfo: { name: 'x'.repeat(5_000) } });
  });

  it.each([true, false])('that its client ended stays ended, also where its process is gone: %s', async (isGone) => {
    const { instance, second } = await start();
    const session = await openSession(fixture, instance);
    if (isGone) {
      await instance.kill();
      fixture.routes.delete(instance.id);
      fixture.descriptions.set(instance.id, { status: 'sleeping', statusReason: '', nextStep: null });
    }
    const url = fixture.url(instance, 'mcp');
    const ended = await send(url, { method: 'DELETE', token: instance.token, headers: session.headers });
    expect(ended.status).toBe(200);
    await launchSuccessor(fixture, instance, second);
    for (const method of ['POST', 'GET', 'DELETE']) {
      const body = method === 'POST' ? { body: toolCall(1) } : {};
      const answer = await send(url, { method, token: instance.token, headers: session.headers, ...body });
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.text).error).toMatchObject({ code: -32001, data: { reason: 'session_not_found' } });
    }
    expect(second.messages).toEqual([]);
  });

  it('is not begun where the instance names none', async () => {
    fixture = await startRouter();
    const instance = await fixture.addInstance();
    const opened = await post(fixture.url(instance, 'mcp'), instance.token, initialize(), accept);
    expect(opened.status).toBe(200);
    expect(opened.headers['mcp-session-id']).toBeUndefined();
    expect(fixture.router.metrics()).toContain('smartlead_mcp_router_sessions 0\n');
  });

  it('is spread over the processes of its instance and stays with one', async () => {
    const held: (() => void)[] = [];
    let isHeld = true;
    const holdOrAnswer: CallScript = (...call) => {
      if (isHeld) held.push(() => answerCall(...call));
      else answerCall(...call);
    };
    const { first, instance } = await start(createSessionProcess(holdOrAnswer));
    const second = createSessionProcess(holdOrAnswer);
    const other = await fixture.addInstance(second.script, instance.workspaceId);
    const route = fixture.routes.get(instance.id);
    const replica = fixture.routes.get(other.id);
    if (route !== undefined && replica !== undefined) fixture.routes.set(instance.id, { ...route, replicas: [replica] });
    const url = fixture.url(instance, 'mcp');
    const busy = Array.from({ length: 4 }, (_, id) => post(url, instance.token, toolCall(id), accept));
    await eventually(() => held.length === 4, 'all calls to be under way');
    isHeld = false;
    for (const answer of held) answer();
    await Promise.all(busy);
    expect(first.messages.length).toBeGreaterThan(0);
    expect(second.messages.length).toBeGreaterThan(0);
    const session = await openSession(fixture, instance);
    const home = first.sessions.has(session.id) ? first : second;
    const before = (home === first ? second : first).messages.length;
    for (const id of [1, 2, 3]) expect((await session.post(toolCall(id))).status).toBe(200);
    expect((home === first ? second : first).messages).toHaveLength(before);
  });
});

describe('a request whose process dies', () => {
  /** A process that takes calls and leaves them without an answer; the test answers or kills. */
  function holding(begin: (response: ServerResponse) => void = () => {}) {
    const held: ServerResponse[] = [];
    const process = createSessionProcess((response) => {
      begin(response);
      held.push(response);
    });
    return { process, held };
  }

  it.each([true, false])('only reads: it is answered by the next one; in a session: %s', async (hasSession) => {
    const { process, held } = holding();
    const { instance, second } = await start(process);
    const session = hasSession ? await openSession(fixture, instance) : undefined;
    const call = post(fixture.url(instance, 'mcp'), instance.token, toolCall(9), session?.headers ?? accept);
    await eventually(() => held.length === 1, 'the call to arrive');
    await instance.kill();
    await launchSuccessor(fixture, instance, second);
    const { status, text } = await call;
    expect([status, JSON.parse(text)]).toMatchObject([200, { id: 9, result: { from: 'process' } }]);
  });

  it('writes: its outcome is unknown, and it is asked once only', async () => {
    const { process, held } = holding();
    const { instance, second } = await start(process);
    const session = await openSession(fixture, instance);
    const call = session.post(toolCall('w', writingTool));
    await eventually(() => held.length === 1, 'the call to arrive');
    await launchSuccessor(fixture, instance, second);
    await instance.kill();
    const { status, text } = await call;
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      id: 'w',
      result: { isError: true, structuredContent: { code: 'outcome_unknown' } },
    });
    expect(second.messages).toEqual([]);
    expect((await session.post(toolCall(1))).status).toBe(200);
    expect(methodsOf(second.messages)).toEqual(['initialize', 'notifications/initialized', 'tools/call']);
  });

  const progress = (response: ServerResponse) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(
      'event: message\ndata: {"jsonrpc":"2.0","method":"notifications/progress"}\n\ndata: {"jsonrpc":"2.0","id":3,"res',
    );
  };

  it.each([
    [readingTool, { id: 3, result: { from: 'process' } }],
    [writingTool, { id: 3, result: { isError: true } }],
  ])('after a part of its streamed answer: %s goes on in the same response', async (tool, last) => {
    const { process, held } = holding(progress);
    const { instance, second } = await start(process);
    const session = await openSession(fixture, instance);
    const headers = session.headers;
    const opened = open(fixture.url(instance, 'mcp'), {
      method: 'POST',
      token: instance.token,
      headers,
      body: toolCall(3, tool),
    });
    await eventually(() => held.length === 1, 'the call to arrive');
    const stream = collect(await opened);
    await stream.waitFor('progress');
    await launchSuccessor(fixture, instance, second);
    await instance.kill();
    await stream.waitForEnd();
    expect(stream.aborted).toBe(false);
    expect(messagesIn(stream.text)).toMatchObject([{ method: 'notifications/progress' }, last]);
  });

  it('without a word, because it ends in order: the same', async () => {
    const { process, held } = holding(progress);
    const { instance, second } = await start(process);
    const session = await openSession(fixture, instance);
    const call = session.post(toolCall(3));
    await eventually(() => held.length === 1, 'the call to arrive');
    await launchSuccessor(fixture, instance, second);
    held[0]?.end();
    await eventually(() => process.messages.length > 3 || second.messages.length > 2, 'the call to be made again');
    held[1]?.end();
    await instance.kill();
    expect(messagesIn((await call).text).at(-1)).toMatchObject({ id: 3, result: { from: 'process' } });
  });

  it('in a batch: each is answered by its kind', async () => {
    const process = createSessionProcess(() => {});
    const { instance, second } = await start(process);
    const session = await openSession(fixture, instance);
    const batch = [
      toolCall(1),
      toolCall(2, writingTool),
      { jsonrpc: '2.0', method: 'notifications/x' },
      toolCall(3, writingTool),
    ];
    const call = session.post(batch);
    await eventually(() => process.messages.length > 4, 'the batch to arrive');
    await launchSuccessor(fixture, instance, second);
    await instance.kill();
    const answers = messagesIn((await call).text);
    expect(answers.map(({ id }) => id)).toEqual([2, 3, 1]);
    expect(answers).toMatchObject([
      { result: { isError: true } },
      { result: { isError: true } },
      { result: { from: 'process' } },
    ]);
    expect(second.messages.filter(({ method }) => method === 'tools/call')).toEqual([toolCall(1)]);
  });

  it('is told to the platform, once a second for each process', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const failures: unknown[] = [];
    fixture = await startRouter({
      events: { clientConnected() {}, tokenUsed() {}, instanceFailed: (failure) => void failures.push(failure) },
    });
    const instance = await fixture.addInstance((request) => request.socket.destroy());
    const url = fixture.url(instance, 'mcp');
    const told = { instanceId: instance.id, address: fixture.routes.get(instance.id)?.address, kind: 'lost' };
    await Promise.all([1, 2, 3].map((id) => post(url, instance.token, toolCall(id), accept)));
    expect(failures).toEqual([told]);
    vi.advanceTimersByTime(1_000);
    await post(url, instance.token, toolCall(4), accept);
    expect(failures).toEqual([told, told]);
  });

  it('and whose successors die of it, too, is given up after three more', async () => {
    fixture = await startRouter(patient);
    const instance = await fixture.addInstance((request) => request.socket.destroy());
    const answer = await post(fixture.url(instance, 'mcp'), instance.token, toolCall(1), accept);
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.text).error.data).toMatchObject({ reason: 'instance_lost', retry: true });
    expect(instance.seen).toHaveLength(4);
  });
});

describe('an instance that is not there yet', () => {
  async function asleep(timing: object = {}) {
    const woken: string[] = [];
    fixture = await startRouter({
      timing: { ...patient.timing, ...timing },
      // Of several connections that are made at once none is promised to be served first.
      limits: { maxConnectsAtOnce: 1 },
      waker: { wake: (id) => void woken.push(id) },
    });
    const process = createSessionProcess();
    const instance = await fixture.addInstance(process.script);
    const session = await openSession(fixture, instance);
    const route = fixture.routes.get(instance.id);
    fixture.routes.delete(instance.id);
    fixture.descriptions.set(instance.id, { status: 'sleeping', statusReason: 'It sleeps.', nextStep: null });
    fixture.router.instanceGone(instance.id);
    const second = createSessionProcess();
    const wake = async () => {
      await launchSuccessor(fixture, instance, second);
      fixture.router.instanceCame(instance.id);
    };
    return { instance, session, woken, wake, second, route };
  }

  it('is woken once for all that ask, and asked in their order', async () => {
    const { session, woken, wake, second } = await asleep();
    const ids = Array.from({ length: 20 }, (_, id) => id);
    const calls: Promise<{ status: number; text: string }>[] = [];
    for (const id of ids) {
      calls.push(session.post(toolCall(id)));
      await eventually(() => fixture.router.metrics().includes(`router_waiting_requests ${id + 1}\n`), `call ${id} to wait`);
    }
    await eventually(() => woken.length > 0, 'somebody to be woken');
    await wake();
    const answers = await Promise.all(calls);
    expect(answers.map(({ text }) => JSON.parse(text).id)).toEqual(ids);
    expect(woken).toHaveLength(1);
    const called = second.messages.filter(({ method }) => method === 'tools/call').map(({ id }) => id);
    expect(called).toEqual(ids);
  });

  it('shows a client that waits for long that somebody is there', async () => {
    const { instance, session, wake } = await asleep({ keepAliveMs: 90 });
    const url = fixture.url(instance, 'mcp');
    const { token } = instance;
    const response = await open(url, { method: 'POST', token, headers: session.headers, body: toolCall(1) });
    const { statusCode, headers } = response;
    expect([statusCode, headers['content-type'], headers['mcp-session-id']]).toEqual([200, 'text/event-stream', session.id]);
    const stream = collect(response);
    await stream.waitFor(': keep-alive\n\n');
    await wake();
    await stream.waitForEnd();
    expect(messagesIn(stream.text)).toMatchObject([{ id: 1, result: { from: 'process' } }]);
  });

  it('and does not come in time: an error that says when to try again, in the form the client has', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { instance, session } = await asleep({ arrivalWaitMs: 300, keepAliveMs: 150 });
    const { token } = instance;
    const body = toolCall(1);
    const streamed = collect(await open(fixture.url(instance, 'mcp'), { method: 'POST', token, headers: session.headers, body }));
    vi.advanceTimersByTime(300);
    await streamed.waitForEnd();
    expect(messagesIn(streamed.text)).toMatchObject([{ id: 1, error: { data: { reason: 'instance_sleeping', retryAfter: 2 } } }]);
    const headers = { 'Mcp-Session-Id': session.id, Accept: 'application/json' };
    const waiting = post(fixture.url(instance, 'mcp'), instance.token, toolCall(2), headers);
    await eventually(() => fixture.router.metrics().includes('router_waiting_requests 1\n'), 'it to wait');
    vi.advanceTimersByTime(300);
    const plain = await waiting;
    expect([plain.status, plain.headers['retry-after']]).toEqual([503, '2']);
    expect(JSON.parse(plain.text)).toMatchObject({ id: 2, error: { data: { reason: 'instance_sleeping' } } });
  });

  it('is not woken by a standing stream, which opens at once and goes on when the instance is there', async () => {
    const { instance, session, woken, wake, second } = await asleep();
    const stream = collect(await open(fixture.url(instance, 'mcp'), { token: instance.token, headers: session.headers }));
    expect(fixture.router.activity(instance.id)).toMatchObject({ requestsInFlight: 0, streams: 1 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(woken).toEqual([]);
    await wake();
    await eventually(() => second.streams.size === 1, 'the stream to be opened again');
    second.streams.get(session.id)?.write('data: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n\n');
    await stream.waitFor('list_changed');
  });
});

describe('standing streams', () => {
  it('survive a restart, all fifty of them, and hear of the next process', async () => {
    const { first, instance, second } = await start();
    const sessions = await Promise.all(Array.from({ length: 50 }, () => openSession(fixture, instance)));
    const url = fixture.url(instance, 'mcp');
    const streams = await Promise.all(
      sessions.map(async ({ headers }) => collect(await open(url, { token: instance.token, headers }))),
    );
    await eventually(() => first.streams.size === 50, 'all streams to be open');
    for (const stream of first.streams.values()) stream.write('id: e1\ndata: {"n":1}\n\ndata: {"half');
    for (const stream of streams) await stream.waitFor('{"n":1}');
    await instance.kill();
    await launchSuccessor(fixture, instance, second);
    fixture.router.instanceCame(instance.id);
    await eventually(() => second.streams.size === 50, 'all streams to be open again');
    for (const stream of second.streams.values()) stream.write('data: {"n":2}\n\n');
    for (const stream of streams) await stream.waitFor('{"n":2}');
    expect(streams.filter(({ ended, aborted }) => ended || aborted)).toEqual([]);
    expect(streams[0]?.text.replaceAll(': keep-alive\n\n', '')).toBe('id: e1\ndata: {"n":1}\n\ndata: {"n":2}\n\n');
    expect(new Set(second.resumedAfter)).toEqual(new Set([undefined]));
  });

  it('whose instance could not be reached for a while are there as soon as it came', async () => {
    const { first, instance, second } = await start();
    const session = await openSession(fixture, instance);
    const stream = collect(await open(fixture.url(instance, 'mcp'), { token: instance.token, headers: session.headers }));
    await eventually(() => first.streams.size === 1, 'the stream to be open');
    await instance.kill();
    const before = fixture.lookUps.routes;
    await eventually(() => fixture.lookUps.routes >= before + 5, 'it to be looked for in vain');
    await launchSuccessor(fixture, instance, second);
    fixture.router.instanceCame(instance.id);
    await eventually(() => second.streams.size === 1, 'the stream to be open again');
    expect(stream.ended).toBe(false);
  });

  it('that their process ends go on there after the last event', async () => {
    const { first, instance } = await start();
    const session = await openSession(fixture, instance);
    const stream = collect(await open(fixture.url(instance, 'mcp'), { token: instance.token, headers: session.headers }));
    await eventually(() => first.streams.size === 1, 'the stream to be open');
    first.streams.get(session.id)?.end('id: e7\ndata: {"n":1}\n\nid: e8\ndata: {"ha');
    await eventually(() => first.resumedAfter.length === 2, 'the stream to be opened again');
    expect(first.resumedAfter).toEqual([undefined, 'e7']);
    expect(stream.ended).toBe(false);
  });

  it('are refused in the words of an instance that offers none', async () => {
    fixture = await startRouter();
    const process = createSessionProcess();
    const instance = await fixture.addInstance((request, response, body) => {
      if (request.method === 'GET') response.writeHead(405, { Allow: 'POST' }).end();
      else process.script(request, response, body);
    });
    const session = await openSession(fixture, instance);
    const answer = await send(fixture.url(instance, 'mcp'), { token: instance.token, headers: session.headers });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
  });

  it('of subscriptions/listen are asked for again, and end with their answer', async () => {
    const listening: ServerResponse[] = [];
    const script = () => {
      const process = createSessionProcess();
      const { script: other } = process;
      process.script = (request, response, body) => {
        if (!body.includes('subscriptions/listen')) return other(request, response, body);
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: {"method":"acknowledged"}\n\n');
        listening.push(response);
      };
      return process;
    };
    const { instance } = await start(script());
    const headers = { ...accept, 'Mcp-Protocol-Version': '2026-07-28' };
    const body = { jsonrpc: '2.0', id: 'l', method: 'subscriptions/listen', params: {} };
    const stream = collect(await open(fixture.url(instance, 'mcp'), { method: 'POST', token: instance.token, headers, body }));
    await stream.waitFor('acknowledged');
    expect(fixture.router.activity(instance.id)).toEqual({ lastRequestAt: undefined, requestsInFlight: 0, streams: 1 });
    await instance.kill();
    await launchSuccessor(fixture, instance, script());
    await eventually(() => listening.length === 2, 'the next process to be asked');
    listening[1]?.end('data: {"jsonrpc":"2.0","id":"l","result":{}}\n\n');
    await stream.waitForEnd();
    expect(messagesIn(stream.text)).toMatchObject([{ method: 'acknowledged' }, { method: 'acknowledged' }, { id: 'l' }]);
  });
});
