import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../fixture.ts';
import { addFakeInstance, type FakeInstance, type FakeProcess, startProcess } from '../http-sse/fake-process.ts';
import { holdSilence, letSilencePass, RawClient } from '../http-sse/raw-client.ts';
import { hasRedis, type RedisServer, startRedis } from './redis-server.ts';
import { isAway, isThere, type SharedRouter, SharedRouters } from './shared-routers.ts';

const read = 'campaigns_get_all';
const write = 'campaigns_create';

/** Clients that come back as n8n does: with nothing but the header, at another router than the one that waits for them. */
describe.skipIf(!hasRedis)('a client that comes back at another router (skipped where redis-server is missing)', () => {
  let redis: RedisServer;
  let routers: SharedRouters;
  let one: SharedRouter;
  let two: SharedRouter;
  let three: SharedRouter;
  let instance: FakeInstance;
  let process: FakeProcess;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.kill());
  beforeEach(async () => {
    routers = new SharedRouters(redis);
    one = await routers.start('one');
    two = await routers.start('two');
    three = await routers.start('three');
    for (const router of [one, two]) await router.beat();
    instance = addFakeInstance(one);
    process = await startProcess();
    instance.runAs(process);
  });
  afterEach(async () => {
    vi.useRealTimers();
    await routers.close();
    await process.kill();
  });

  const parkedAt = ({ router }: SharedRouter) => Number(/parked_sessions (\d+)/.exec(router.metrics())?.[1]);
  const calls = () => process.received.filter(({ message }) => message.method === 'tools/call');
  const handshakes = () => process.received.filter(({ message }) => message.method === 'initialize');

  async function connected(router: SharedRouter, headers = {}): Promise<RawClient> {
    const client = await new RawClient(router.base, instance, headers).connect();
    await client.handshake();
    return client;
  }

  async function cut(client: RawClient, router: SharedRouter): Promise<void> {
    const before = parkedAt(router);
    client.cut();
    await eventually(() => parkedAt(router) === before + 1, 'the session to be parked');
  }

  async function cutDuringCall(client: RawClient, router: SharedRouter, name = read, id = 2): Promise<void> {
    const before = calls().length;
    await client.call(id, name);
    await eventually(() => calls().length === before + 1, 'the call to arrive');
    await cut(client, router);
  }

  const comeBack = (client: RawClient, router: SharedRouter) =>
    client.connect({ 'mcp-protocol-version': '2025-11-25' }, router.base);
  const call = (id: number) => ({ id, method: 'tools/call', params: { name: read, arguments: {} } });

  async function expectAnsweredOnce(client: RawClient, router: SharedRouter, id: number): Promise<void> {
    expect((await client.send(call(id), instance.token, router.base)).status).toBe(202);
    await client.waitForAnswer(id);
  }

  it.each([
    ['is there', isThere],
    ['is away', isAway],
  ])(
    'finds its session and the answer that came meanwhile, once, and goes on at any router, while Redis %s',
    async (_what, fault) => {
      const client = await connected(one);
      const { session, endpoint } = client;
      for (const router of [one, two, three]) router.redisFault = fault;
      await cutDuringCall(client, one, write);
      process.answer(session, 2, { done: true });
      await eventually(() => one.router.activity(instance.id).requestsInFlight === 0, 'the answer to come');
      await comeBack(client, two);
      expect(client.endpoint).toBe(endpoint);
      expect(await client.waitForAnswer(2)).toMatchObject({ result: { done: true } });
      process.answersCalls = true;
      await expectAnsweredOnce(client, two, 3);
      await expectAnsweredOnce(client, one, 4);
      await expectAnsweredOnce(client, three, 5);
      for (const id of [2, 3, 4, 5]) expect(client.answersTo(id)).toHaveLength(1);
      expect(calls()).toHaveLength(4);
      expect(handshakes().at(-1)?.message.params).toMatchObject({ clientInfo: { name: 'n8n' } });
    },
  );

  it('gets the answer that is still to come', async () => {
    const client = await connected(one);
    const { session } = client;
    await cutDuringCall(client, one, write);
    await comeBack(client, two);
    expect(client.session).toBe(session);
    process.answer(session, 2, { late: true });
    expect(await client.waitForAnswer(2)).toMatchObject({ result: { late: true } });
    expect(calls()).toHaveLength(1);
    await expect.poll(() => parkedAt(one)).toBe(0);
  });

  it('gets what was written in vain before its connection was noticed to be cut', async () => {
    process.answersCalls = true;
    const client = await connected(one);
    await client.call(2, read);
    await client.waitForAnswer(2);
    await cut(client, one);
    const back = await comeBack(new RawClient(two.base, instance), two);
    expect(back.session).toBe(client.session);
    await back.waitForAnswer(2);
    expect(calls()).toHaveLength(1);
  });

  it('that is cut again finds what waits for it at several routers, wherever it comes back', async () => {
    const client = await connected(one);
    const { session } = client;
    await cutDuringCall(client, one, read);
    await comeBack(client, two);
    await cut(client, two);
    await comeBack(client, three);
    expect(client.session).toBe(session);
    await cut(client, three);
    await comeBack(client, one);
    expect(client.session).toBe(session);
    process.answer(session, 2, { late: true });
    expect(await client.waitForAnswer(2)).toMatchObject({ result: { late: true } });
    expect(client.answersTo(2)).toHaveLength(1);
  });

  it('is not given the session of one that has finished here, while its own waits elsewhere', async () => {
    const [client, finished] = [await connected(one), await connected(two)];
    const { session } = client;
    await cut(finished, two);
    await cutDuringCall(client, one);
    await comeBack(client, two);
    expect(client.session).toBe(session);
    process.answer(session, 2, { of: 'client' });
    expect(await client.waitForAnswer(2)).toMatchObject({ result: { of: 'client' } });
  });

  it('gets nothing of another one that is waited for elsewhere, and hears what is lost', async () => {
    const [client, other] = [await connected(one), await connected(two)];
    const sessions = [client.session, other.session];
    await cutDuringCall(client, one);
    await cutDuringCall(other, two);
    // Each where the other one's session is parked: what is here alone is no proof.
    await comeBack(client, two);
    await comeBack(other, one);
    for (const session of sessions) process.answer(session, 2, { of: session });
    for (const each of [client, other]) {
      expect(sessions).not.toContain(each.session);
      expect(await each.waitForAnswer(2)).toMatchObject({ error: { data: { reason: 'answer_lost', retry: true } } });
    }
    process.answersCalls = true;
    await expectAnsweredOnce(client, two, 3);
    expect(client.answersTo(2)).toHaveLength(1);
  });

  it('does not get what another one asked for that was given its session, at whichever router', async () => {
    const [owner, taker] = [await connected(one), await connected(two)];
    const taken = owner.session;
    await cut(taker, two);
    await cutDuringCall(owner, one);
    await comeBack(taker, three);
    expect(taker.session).toBe(taken);
    process.answer(taken, 2, { of: 'owner' });
    await taker.waitForAnswer(2);
    await cutDuringCall(taker, three);
    await comeBack(owner, one);
    expect(owner.session).not.toBe(taken);
    process.answer(taken, 2, { of: 'taker' });
    expect(await owner.waitForAnswer(2)).toMatchObject({ error: { data: { reason: 'answer_lost', retry: true } } });
  });

  it.each([
    ['at others', [1, 2, 1, 2]],
    ['at its own', [0, 0, 0]],
    ['at its own and at others', [1, 2, 0, 1, 2]],
  ])('shares its session with nobody who comes back in the same moment, %s', async (_where, places) => {
    const client = await connected(one);
    const { session } = client;
    await cutDuringCall(client, one);
    const routersAtOnce = places.map((place) => [one, two, three][place] ?? one);
    const all = await Promise.all(routersAtOnce.map((router) => comeBack(new RawClient(router.base, instance), router)));
    expect(all.filter((each) => each.session === session)).toHaveLength(1);
    process.answer(session, 2, { done: true });
    const winner = all.find((each) => each.session === session);
    await winner?.waitForAnswer(2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(all.flatMap((each) => each.answersTo(2))).toHaveLength(1);
  });

  it('does not get the session of one that went on elsewhere and said which it was', async () => {
    const client = await connected(one);
    await cutDuringCall(client, one);
    await client.connect({ 'Last-Event-ID': client.current.at(-1)?.id }, two.base);
    const { session } = client;
    const stranger = await comeBack(new RawClient(one.base, instance), one);
    const another = await comeBack(new RawClient(three.base, instance), three);
    for (const each of [stranger, another]) expect(each.session).not.toBe(session);
    process.answer(session, 2, { done: true });
    await client.waitForAnswer(2);
  });

  it('gets nothing where it comes with another token, or as another program', async () => {
    const client = await connected(one);
    await cutDuringCall(client, one);
    const { token } = one.addToken(instance);
    const neighbour = addFakeInstance(one, instance.workspaceId);
    neighbour.runAs(process);
    for (const [of, headers] of [
      [{ ...instance, token }, {}],
      [neighbour, {}],
      [instance, { 'User-Agent': 'other/1' }],
    ] as const) {
      const other = await comeBack(new RawClient(two.base, of, headers), two);
      expect(other.session).not.toBe(client.session);
      process.answer(other.session, 2, {});
    }
    const { session } = client;
    await comeBack(client, two);
    expect(client.session).toBe(session);
  });

  it('is given no session that is waited for where another router does not say in time what it has', async () => {
    await routers.startHanging('hanging');
    const hasty = await routers.start('hasty', { recogniseMs: 50 });
    const client = await connected(hasty);
    const { session } = client;
    await cutDuringCall(client, hasty);
    await comeBack(client, hasty);
    expect(client.session).not.toBe(session);
    process.answer(session, 2, {});
    process.answersCalls = true;
    await expectAnsweredOnce(client, hasty, 3);
    expect(client.answersTo(2)).toEqual([]);
  });

  it('that says nothing of having been there is recognised by its silence', async () => {
    holdSilence();
    const client = await connected(one);
    const { session } = client;
    await cutDuringCall(client, one, write);
    await client.connect({}, two.base);
    expect(client.session).not.toBe(session);
    letSilencePass();
    await client.waitUntil(() => client.session === session, 'the former session');
    process.answer(session, 2, { late: true });
    expect(await client.waitForAnswer(2)).toMatchObject({ result: { late: true } });
  });

  it('that says nothing of it, and goes on as if nothing had been, does so in its former session, in order', async () => {
    holdSilence();
    const client = await connected(one);
    const { session } = client;
    await cutDuringCall(client, one);
    await client.connect({}, two.base);
    process.answersCalls = true;
    await Promise.all([3, 4, 5].map((id) => client.send(call(id), instance.token, two.base)));
    for (const id of [3, 4, 5]) expect(await client.waitForAnswer(id)).toMatchObject({ result: { by: session } });
    process.answer(session, 2, { late: true });
    await client.waitForAnswer(2);
  });

  it('is a new one where it begins with a handshake', async () => {
    holdSilence();
    const client = await connected(one);
    const { session } = client;
    await cutDuringCall(client, one);
    await client.connect({}, two.base);
    await client.send({ id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25' } }, instance.token, two.base);
    await client.waitUntil(() => client.answersTo(0).length === 2, 'the second handshake');
    letSilencePass();
    await client.send({ id: 'p', method: 'ping' }, instance.token, two.base);
    await client.waitForAnswer('p');
    expect(client.session).not.toBe(session);
  });

  it('finds its session although another router was killed a moment ago', async () => {
    const client = await connected(one);
    const { session } = client;
    await cutDuringCall(client, one);
    // Nobody is told.
    three.redisFault = isAway;
    await three.leave();
    await comeBack(client, two);
    expect(client.session).toBe(session);
  });
});
