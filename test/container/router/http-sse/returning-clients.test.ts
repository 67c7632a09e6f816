import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually, post, type RouterFixture, startRouter } from '../fixture.ts';
import { addFakeInstance, type FakeInstance, type FakeProcess, startProcess } from './fake-process.ts';
import { holdSilence, letSilencePass, RawClient } from './raw-client.ts';

const read = 'campaigns_get_all';
const write = 'campaigns_create';
const sessionKey = Buffer.alloc(32, 7);
/** Nothing here is to end because a loaded machine takes long to open a session at its instance. */
const timing = { arrivalWaitMs: 20_000 };

let fixture: RouterFixture;
let instance: FakeInstance;
let process: FakeProcess;

beforeEach(async () => {
  fixture = await startRouter({ sessionKey, timing });
  instance = addFakeInstance(fixture);
  process = await startProcess();
  instance.runAs(process);
});
afterEach(async () => {
  vi.useRealTimers();
  await fixture.close();
  await process.kill();
});

async function connected(headers = {}): Promise<RawClient> {
  const client = await new RawClient(fixture.base, instance, headers).connect();
  await client.handshake();
  return client;
}

const parked = () => Number(/parked_sessions (\d+)/.exec(fixture.router.metrics())?.[1]);
const callsAt = () => process.received.filter(({ message }) => message.method === 'tools/call').length;

async function cutDuringCall(client: RawClient, name = read, id = 2): Promise<void> {
  const before = callsAt();
  await client.call(id, name);
  await eventually(() => callsAt() === before + 1, 'the call to arrive');
  const parkedBefore = parked();
  client.cut();
  await eventually(() => parked() === parkedBefore + 1, 'the session to be parked');
}

/** Reads where to post, and then nothing more. */
function readEndpoint(socket: Socket): Promise<string> {
  let text = '';
  return new Promise((resolve) => {
    const read = (chunk: string) => {
      text += chunk;
      const endpoint = /data: (\S+)\n\n/.exec(text)?.[1];
      if (endpoint === undefined) return;
      socket.off('data', read).pause();
      resolve(endpoint);
    };
    socket.setEncoding('latin1').on('data', read);
  });
}

describe('a client whose connection was cut during a call', () => {
  it('comes back as n8n does and finds its session: the answer is still to come', async () => {
    const client = await connected();
    const { session } = client;
    await cutDuringCall(client, write);
    await client.reconnect();
    expect(client.session).toBe(session);
    process.answer(session, 2, { done: true });
    expect(await client.waitForAnswer(2)).toMatchObject({ result: { done: true } });
    expect(process.received.filter(({ message }) => message.method === 'initialize')).toHaveLength(1);
    await client.call(3, read);
    await eventually(() => callsAt() === 2, 'the next call to arrive');
  });

  it('comes back and finds the answer that came meanwhile', async () => {
    const client = await connected();
    const { session } = client;
    await cutDuringCall(client);
    process.say(session, { jsonrpc: '2.0', method: 'notifications/message', params: { data: 'kept too' } });
    process.answer(session, 2, { done: true });
    await eventually(() => fixture.router.activity(instance.id).requestsInFlight === 0, 'the answer to come');
    await client.reconnect();
    await client.waitForAnswer(2);
    expect(client.messages.at(-2)?.method).toBe('notifications/message');
    client.cut();
    await eventually(() => parked() === 1, 'the session to be parked');
    await client.reconnect();
    expect(client.session).toBe(session);
    // A second time at most: what was written just before a cut may be lost, so it is written again.
    await client.waitUntil(() => client.answersTo(2).length === 2, 'the answer again');
    expect(client.messages.filter(({ method }) => method === 'notifications/message')).toHaveLength(1);
  });

  it('is sent again the answers that were written just before, but no questions and notifications', async () => {
    const client = await connected();
    const { session } = client;
    await client.call(2, read);
    await eventually(() => callsAt() === 1, 'the call to arrive');
    process.say(session, { jsonrpc: '2.0', id: 'q', method: 'elicitation/create', params: {} });
    process.say(session, { jsonrpc: '2.0', method: 'notifications/message', params: { data: 'once' } });
    process.answer(session, 2, { n: 2 });
    await client.waitForAnswer(2);
    client.cut();
    await eventually(() => parked() === 1, 'the session to be parked');
    const back = await new RawClient(fixture.base, instance).reconnect();
    expect(back.session).toBe(session);
    expect(await back.waitForAnswer(2)).toMatchObject({ result: { n: 2 } });
    await back.send({ id: 'p', method: 'ping' });
    await back.waitForAnswer('p');
    expect(back.messages.filter(({ method }) => method !== undefined)).toEqual([]);
    expect(back.messages.map(({ id }) => id)).toEqual([0, 2, 'p']);
  });

  it('counts as busy until the answer is there', async () => {
    const client = await connected();
    await cutDuringCall(client);
    expect(fixture.router.activity(instance.id)).toMatchObject({ requestsInFlight: 1, streams: 0 });
    process.answer(client.session, 2, {});
    await eventually(() => fixture.router.activity(instance.id).requestsInFlight === 0, 'the answer to come');
  });

  it('whose instance dies meanwhile gets the answer of its successor', async () => {
    const client = await connected();
    await cutDuringCall(client);
    instance.leave('restarting');
    await process.kill();
    process = await startProcess({ answersCalls: true });
    instance.runAs(process);
    await eventually(() => callsAt() === 1, 'the read to be made again');
    await client.reconnect();
    await client.waitForAnswer(2);
  });

  it('can name the last event it has got, and is sent all that came after it', async () => {
    const client = await connected();
    const { session } = client;
    await client.call(2, read);
    await eventually(() => callsAt() === 1, 'the call to arrive');
    process.answer(session, 2, { n: 2 });
    await client.waitForAnswer(2);
    const beforeAnswer = client.current.findLast(({ id }) => id !== undefined && !id.endsWith(':2'))?.id;
    // Half open: the router has not noticed anything, and what it wrote last is lost.
    const back = await new RawClient(fixture.base, instance).connect({ 'Last-Event-ID': beforeAnswer });
    expect(back.session).toBe(session);
    await back.waitForAnswer(2);
    await eventually(() => client.isClosed, 'the former connection to be ended');
    expect(back.isClosed).toBe(false);
  });

  it('and that says nothing of itself, as old ones do, is recognised by its silence', async () => {
    holdSilence();
    const client = await connected();
    await cutDuringCall(client);
    const { session } = client;
    await client.connect();
    expect(client.session).not.toBe(session);
    const ownEndpoint = client.endpoint;
    letSilencePass();
    await client.waitUntil(() => client.session === session, 'the former session');
    process.answer(session, 2, {});
    await client.waitForAnswer(2);
    const late = await fetch(fixture.base + ownEndpoint, {
      method: 'POST',
      headers: { Authorization: `Bearer ${instance.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 3, method: 'tools/call', params: { name: read } }),
    });
    expect(late.status).toBe(202);
    await eventually(() => process.received.at(-1)?.message.id === 3, 'the message to arrive');
    expect(process.received.at(-1)?.session).toBe(session);
  });
});

describe('a client that is back and says nothing of itself, with nothing under way when it was cut', () => {
  beforeEach(holdSilence);

  /** Posts to where the client was told before its connection was cut. */
  const postTo = (endpoint: string, message: object) =>
    post(fixture.base + endpoint, instance.token, message, { 'User-Agent': 'undici' });
  const call = (id: number) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: read } });

  /** Asks what says nothing of who asks, so that all that was sent to the client before is there. */
  async function hearAnything(client: RawClient): Promise<void> {
    await client.send({ id: 'p', method: 'ping' });
    await client.waitForAnswer('p');
  }

  async function backInSilence(): Promise<{ client: RawClient; former: string; formerSession: string }> {
    process.answersCalls = true;
    const client = await connected();
    const { endpoint: former, session: formerSession } = client;
    client.cut();
    await eventually(() => parked() === 1, 'the session to be parked');
    await client.connect();
    expect(client.session).not.toBe(formerSession);
    return { client, former, formerSession };
  }

  it('gets the answer to a message that was on its way to its former session and arrived after its return', async () => {
    const { client, former, formerSession } = await backInSilence();
    expect((await postTo(former, call(2))).status).toBe(202);
    letSilencePass();
    expect(await client.waitForAnswer(2)).toMatchObject({ result: { by: formerSession } });
    expect(client.session).toBe(formerSession);
  });

  it('gets the answer when it says something in its former session much later', async () => {
    const { client, former, formerSession } = await backInSilence();
    letSilencePass();
    expect((await postTo(former, call(2))).status).toBe(202);
    expect(await client.waitForAnswer(2)).toMatchObject({ result: { by: formerSession } });
  });

  it('goes on in its former session where the first it says is no handshake', async () => {
    const { client, formerSession } = await backInSilence();
    await client.call(2, read);
    expect(await client.waitForAnswer(2)).toMatchObject({ result: { by: formerSession } });
  });

  it('gets what it still waits for where it asks for something else at once', async () => {
    const client = await connected();
    const { session } = client;
    await cutDuringCall(client);
    await client.connect();
    process.answersCalls = true;
    await client.call(3, read);
    expect(await client.waitForAnswer(3)).toMatchObject({ result: { by: session } });
    process.answer(session, 2, { late: true });
    expect(await client.waitForAnswer(2)).toMatchObject({ result: { late: true } });
  });

  it('is a new one where it begins with a handshake, however late: the former session waits on', async () => {
    const { client, former, formerSession } = await backInSilence();
    await client.handshake();
    const own = client.session;
    expect((await postTo(former, call(2))).status).toBe(202);
    await client.call(3, read);
    expect(await client.waitForAnswer(3)).toMatchObject({ result: { by: own } });
    letSilencePass();
    await hearAnything(client);
    expect(client.answersTo(2)).toEqual([]);
    expect(client.session).not.toBe(formerSession);
  });

  it('gets nothing where another one is as silent: nobody guesses which of them it is', async () => {
    const { client, former } = await backInSilence();
    // Streams are opened in turns, which take a little time.
    vi.advanceTimersByTime(10);
    const other = await new RawClient(fixture.base, instance).connect();
    letSilencePass();
    expect((await postTo(former, call(2))).status).toBe(202);
    await eventually(() => callsAt() === 1, 'the call to arrive');
    await eventually(() => fixture.router.activity(instance.id).requestsInFlight === 0, 'the answer to come');
    for (const each of [client, other]) {
      await hearAnything(each);
      expect(each.answersTo(2)).toEqual([]);
    }
  });
});

describe('several sessions of one program that are cut at once', () => {
  it('never get the answers of each other; who waits for the same is told that it is lost', async () => {
    const [one, two] = [await connected(), await connected()];
    const sessions = [one.session, two.session];
    await cutDuringCall(one);
    await cutDuringCall(two);
    await one.reconnect();
    await two.reconnect();
    expect(sessions).not.toContain(one.session);
    expect(sessions).not.toContain(two.session);
    for (const session of sessions) process.answer(session, 2, { of: session });
    for (const client of [one, two]) {
      expect(await client.waitForAnswer(2)).toMatchObject({ error: { data: { reason: 'answer_lost', retry: true } } });
    }
    process.answersCalls = true;
    for (const client of [one, two]) {
      await client.call(3, read);
      expect(await client.waitForAnswer(3)).toMatchObject({ result: { by: client.session } });
      expect(client.answersTo(2)).toHaveLength(1);
    }
  });

  it('hear of lost writes that their outcome is unknown', async () => {
    const [one, two] = [await connected(), await connected()];
    await cutDuringCall(one, write);
    await cutDuringCall(two, read);
    await one.reconnect();
    expect(await one.waitForAnswer(2)).toMatchObject({ result: { structuredContent: { code: 'outcome_unknown' } } });
  });

  it('are told nothing where they wait for different answers', async () => {
    const [one, two] = [await connected(), await connected()];
    await cutDuringCall(one, read, 2);
    await cutDuringCall(two, read, 3);
    await one.reconnect();
    process.answersCalls = true;
    await one.call(4, read);
    await one.waitForAnswer(4);
    expect([...one.answersTo(2), ...one.answersTo(3)]).toEqual([]);
  });

  it('never get the answer of a third one where one was taken for another before', async () => {
    const [idle, waiting, third] = [await connected(), await connected(), await connected()];
    idle.cut();
    await eventually(() => parked() === 1, 'the cut');
    await cutDuringCall(waiting);
    const { session: taken } = waiting;
    await idle.reconnect();
    expect(idle.session).toBe(taken);
    const { session: foreign } = third;
    await cutDuringCall(third);
    await waiting.reconnect();
    expect(waiting.session).not.toBe(foreign);
    process.answer(foreign, 2, { of: 'third' });
    expect(await waiting.waitForAnswer(2)).toMatchObject({ error: { data: { reason: 'answer_lost', retry: true } } });
  });

  describe('where one was taken for another, whose answer it got, and asks for something with the same id', () => {
    let owner: RawClient;
    let taker: RawClient;
    let taken: string;
    beforeEach(async () => {
      [owner, taker] = [await connected(), await connected()];
      taken = owner.session;
      taker.cut();
      await eventually(() => parked() === 1, 'the cut');
      await cutDuringCall(owner);
      await taker.reconnect();
      expect(taker.session).toBe(taken);
      process.answer(taken, 2, { of: 'owner' });
      await taker.waitForAnswer(2);
    });

    it('the other one does not get the answer to that', async () => {
      await cutDuringCall(taker);
      await owner.reconnect();
      expect(owner.session).not.toBe(taken);
      process.answer(taken, 2, { of: 'taker' });
      expect(await owner.waitForAnswer(2)).toMatchObject({ error: { data: { reason: 'answer_lost', retry: true } } });
    });

    it('it is not sent the first answer again', async () => {
      await owner.reconnect();
      await cutDuringCall(taker);
      await taker.reconnect();
      expect(taker.session).toBe(taken);
      process.answer(taken, 2, { of: 'taker' });
      await taker.waitUntil(() => taker.answersTo(2).length > 1, 'its own answer');
      expect(taker.answersTo(2)[1]).toMatchObject({ result: { of: 'taker' } });
    });
  });

  it('are found again each time they are cut, although others that have finished are still remembered', async () => {
    const [finished, waiting] = [await connected(), await connected()];
    const { session } = waiting;
    finished.cut();
    await eventually(() => parked() === 1, 'the cut');
    await cutDuringCall(waiting);
    for (const _time of [1, 2, 3]) {
      await waiting.reconnect();
      expect(waiting.session).toBe(session);
      waiting.cut();
      await eventually(() => parked() === 2, 'the cut');
    }
  });

  it('are told apart by their programs', async () => {
    const [one, two] = [await connected(), await connected({ 'User-Agent': 'other/1' })];
    const { session } = one;
    await cutDuringCall(one);
    await cutDuringCall(two);
    await one.reconnect();
    expect(one.session).toBe(session);
  });

  it('are told apart by what they wait for: who comes back is the one that waits, not one of those that have finished', async () => {
    const waiting = await connected();
    const { session } = waiting;
    const finished = await Promise.all(Array.from({ length: 20 }, () => connected()));
    process.answersCalls = true;
    for (const client of finished.slice(0, 10)) {
      await client.call(2, read);
      await client.waitForAnswer(2);
      client.cut();
    }
    await eventually(() => parked() === 10, 'half of them to be finished');
    process.answersCalls = false;
    await cutDuringCall(waiting);
    for (const client of finished.slice(10)) client.cut();
    await eventually(() => parked() === 21, 'the others to be finished');
    await waiting.reconnect();
    expect(waiting.session).toBe(session);
    process.answer(session, 2, { done: true });
    expect(await waiting.waitForAnswer(2)).toMatchObject({ result: { done: true } });
  });

  it('get no answers again that could be those of another one', async () => {
    const [one, two] = [await connected(), await connected()];
    process.answersCalls = true;
    for (const client of [one, two]) {
      await client.call(2, read);
      await client.waitForAnswer(2);
      const before = parked();
      client.cut();
      await eventually(() => parked() === before + 1, 'the cut');
    }
    for (const session of [two.session, one.session]) {
      const back = await new RawClient(fixture.base, instance).reconnect();
      expect(back.session).toBe(session);
      await back.send({ id: 'p', method: 'ping' });
      await back.waitForAnswer('p');
      expect(back.messages.map(({ id }) => id)).toEqual(['p']);
    }
  });

  it('are not told apart where nobody waits: any will do', async () => {
    const [one, two] = [await connected(), await connected()];
    const { session } = two;
    one.cut();
    await eventually(() => parked() === 1, 'the first cut');
    two.cut();
    await eventually(() => parked() === 2, 'the second cut');
    await one.reconnect();
    expect(one.session).toBe(session);
  });
});

describe('a client that nobody remembers', () => {
  it('goes on without a new handshake at another router', async () => {
    const client = await connected();
    const { session } = client;
    const other = await startRouter({
      sessionKey,
      timing,
      tokens: { findByHash: (hash) => fixture.tokens.get(hash) },
      routes: { get: (id) => fixture.routes.get(id) },
    });
    await client.connect({ 'mcp-protocol-version': '2025-11-25' }, other.base);
    expect(client.session).not.toBe(session);
    process.answersCalls = true;
    await client.send({ id: 5, method: 'tools/list' }, instance.token, other.base);
    await client.waitForAnswer(5);
    const handshake = process.received.findLast(({ message }) => message.method === 'initialize')?.message;
    expect(handshake?.params).toMatchObject({ protocolVersion: '2025-11-25', clientInfo: { name: 'undici' } });
    await other.close();
  });

  it('finds its session by its id there, the answer to a message that came first included', async () => {
    const client = await connected();
    const lastId = client.current.at(-1)?.id;
    const endpoint = client.endpoint;
    const other = await startRouter({
      sessionKey,
      timing,
      tokens: { findByHash: (hash) => fixture.tokens.get(hash) },
      routes: { get: (id) => fixture.routes.get(id) },
    });
    process.answersCalls = true;
    const headers = { 'mcp-protocol-version': '2025-11-25', Authorization: `Bearer ${instance.token}` };
    const posted = await fetch(other.base + endpoint, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 5, method: 'tools/list' }),
    });
    expect(posted.status).toBe(202);
    const back = await new RawClient(other.base, instance).connect({ ...headers, 'Last-Event-ID': lastId });
    expect(back.endpoint).toBe(endpoint);
    await back.waitForAnswer(5);
    await other.close();
  });

  it('does not get the session of another workspace by naming it', async () => {
    const client = await connected();
    const lastId = client.current.at(-1)?.id;
    const other = addFakeInstance(fixture);
    const thief = await new RawClient(fixture.base, other).connect({ 'Last-Event-ID': lastId });
    expect(thief.status).toBe(404);
    expect(client.isClosed).toBe(false);
  });
});

describe('a client that leaves', () => {
  it('before it said anything leaves nothing behind', async () => {
    const client = await new RawClient(fixture.base, instance).connect();
    client.cut();
    await eventually(() => process.sessions.size === 0, 'the instance to see the end');
    expect(parked()).toBe(0);
  });

  it('for good is waited for as long as configured, and not longer', async () => {
    const impatient = await startRouter({ sessionKey, timing: { ...timing, returnWaitMs: 100 } });
    const own = addFakeInstance(impatient);
    own.runAs(process);
    const client = await new RawClient(impatient.base, own).connect();
    await client.handshake();
    await client.call(2, read);
    await eventually(() => callsAt() === 1, 'the call to arrive');
    client.cut();
    await eventually(() => process.sessions.size === 0, 'the instance to see the end');
    expect(impatient.router.metrics()).toContain('parked_sessions 0\n');
    await eventually(() => impatient.router.metrics().includes('open_requests 0\n'), 'nothing to be open');
    await impatient.close();
  });

  it('with its token revoked is not waited for', async () => {
    const client = await connected();
    await cutDuringCall(client);
    const [tokenId] = [...fixture.tokens.values()].filter((token) => token.instanceId === instance.id).map(({ id }) => id);
    fixture.router.revokeToken(tokenId ?? '');
    await eventually(() => process.sessions.size === 0, 'the instance to see the end');
    expect(parked()).toBe(0);
  });

  it('without reading is cut off, and nothing is kept for it', async () => {
    const impatient = await startRouter({ sessionKey, timing: { ...timing, stalledReaderMs: 200, keepAliveMs: 150 } });
    const own = addFakeInstance(impatient);
    own.runAs(process);
    const { hostname, port } = new URL(impatient.base);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.write(`GET /i/${own.id}/sse HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${own.token}\r\n\r\n`);
    const endpoint = await readEndpoint(socket);
    await post(impatient.base + endpoint, own.token, { jsonrpc: '2.0', id: 1, method: 'tools/list' });
    await eventually(() => process.sessions.size === 1, 'the stream to be opened');
    const [session = ''] = process.sessions.keys();
    const filler = 'x'.repeat(100_000);
    const timer = setInterval(
      () => process.say(session, { jsonrpc: '2.0', method: 'notifications/message', params: { filler } }),
      1,
    );
    await eventually(() => process.sessions.size === 0, 'the instance to see the end');
    clearInterval(timer);
    socket.destroy();
    await impatient.close();
  });
});

describe('what is kept for clients that are away', () => {
  it('is bounded for each: beyond it, the session is given up', async () => {
    const client = await connected();
    await cutDuringCall(client);
    for (let index = 0; index < 40; index += 1) {
      process.say(client.session, { jsonrpc: '2.0', method: 'notifications/message', params: { data: 'x'.repeat(10_000) } });
    }
    process.answer(client.session, 2, { text: 'y'.repeat(230_000) });
    await eventually(() => fixture.router.activity(instance.id).requestsInFlight === 0, 'the answer to come');
    expect(parked()).toBe(1);
    process.say(client.session, { jsonrpc: '2.0', id: 9, method: 'elicitation/create', params: { message: 'z'.repeat(50_000) } });
    await eventually(() => parked() === 0, 'the session to be given up');
  });

  it('is bounded in number: those go first that wait for nothing', async () => {
    const waiting = await connected();
    const { session } = waiting;
    await cutDuringCall(waiting);
    const others = await Promise.all(Array.from({ length: 34 }, () => connected({ 'User-Agent': 'other/1' })));
    for (const client of others) client.cut();
    await eventually(() => process.sessions.size === 32, 'sessions to be given up');
    expect(parked()).toBe(32);
    await waiting.reconnect();
    expect(waiting.session).toBe(session);
  });
});
