import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { collect, eventually, type InstanceFixture, open, post, toolCall } from '../fixture.ts';
import { type FakeProcess, startProcess } from '../http-sse/fake-process.ts';
import { hasRedis, type RedisServer, startRedis } from './redis-server.ts';
import { isAway, isThere, type RedisFault, type SharedRouter, SharedRouters } from './shared-routers.ts';

const names = (command: readonly string[], part: string) => command.some((word) => word.includes(part));
const holderFails: RedisFault = (command) => (names(command, ':holder:') ? 'failed' : 'answered');
const holderIsSilent: RedisFault = (command) => (names(command, ':holder:') ? 'silent' : 'answered');

/** A session's stream hangs at one router and its messages come to another, which cannot learn from Redis where it hangs. */
describe.skipIf(!hasRedis)('a holder that Redis does not name (skipped where redis-server is missing)', () => {
  let redis: RedisServer;
  let routers: SharedRouters;
  let one: SharedRouter;
  let two: SharedRouter;
  let instance: InstanceFixture;
  let process: FakeProcess;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.kill());
  beforeEach(async () => {
    routers = new SharedRouters(redis);
    one = await routers.start('one');
    two = await routers.start('two');
    await one.beat();
    instance = await one.addInstance();
    process = await startProcess({ answersCalls: true });
    const { address, accessToken } = process;
    one.routes.set(instance.id, { instanceId: instance.id, workspaceId: instance.workspaceId, address, accessToken });
  });
  afterEach(async () => {
    await routers.close();
    await process.kill();
  });

  const at = (router: SharedRouter, door: string) => `${router.base}/i/${instance.id}/${door}`;
  const answersTo = (text: string, id: number) => text.split(`"id":${id},`).length - 1;

  async function openStream(router: SharedRouter, lastEventId?: string) {
    const headers = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId };
    const cut = new AbortController();
    const stream = collect(await open(at(router, 'sse'), { token: instance.token, headers, signal: cut.signal }));
    await stream.waitFor('data: /');
    const query = new URL(/data: (\S+)/.exec(stream.text)?.[1] ?? '', router.base).search;
    const lastId = () => [...stream.text.matchAll(/^id: (\S+)$/gm)].at(-1)?.[1] ?? '';
    return { stream, query, lastId, cut: () => cut.abort() };
  }
  const say = (router: SharedRouter, query: string, message: object) =>
    post(at(router, 'messages') + query, instance.token, message);

  it.each([
    ['refuses to note it', holderFails],
    ['does not answer', holderIsSilent],
  ])('is found all the same where Redis %s', async (_what, fault) => {
    one.redisFault = fault;
    const { stream, query } = await openStream(one);
    expect((await say(two, query, toolCall(7))).status).toBe(202);
    await stream.waitFor('"id":7');
    expect(process.received).toHaveLength(1);
  });

  it('is found while Redis is away for all, and for as long as it is', async () => {
    one.redisFault = isAway;
    two.redisFault = isAway;
    const { stream, query } = await openStream(one);
    for (const id of [1, 2, 3]) {
      expect((await say(two, query, toolCall(id))).status).toBe(202);
      await stream.waitFor(`"id":${id}`);
    }
    expect(process.received).toHaveLength(3);
    expect(answersTo(stream.text, 2)).toBe(1);
  });

  it('is found by one that never heard of it, as soon as Redis is back', async () => {
    const three = await routers.start('three', { redisFault: isAway });
    const { stream, query } = await openStream(one);
    const sent = say(three, query, toolCall(7));
    three.redisFault = isThere;
    expect((await sent).status).toBe(202);
    await stream.waitFor('"id":7');
    expect(process.received).toHaveLength(1);
  });

  it('is named to the client as the reason where nobody can find it in time, and nothing is done', async () => {
    const three = await routers.start('three', { redisFault: isAway, searchMs: 300 });
    const { stream, query } = await openStream(one);
    const answer = await say(three, query, toolCall(7));
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '2']);
    expect(JSON.parse(answer.text)).toMatchObject({ id: 7, error: { data: { reason: 'stream_not_found', retry: true } } });
    three.redisFault = isThere;
    expect((await say(three, query, toolCall(8))).status).toBe(202);
    await stream.waitFor('"id":8');
    expect(process.received.map(({ message }) => message.id)).toEqual([8]);
    expect(answersTo(stream.text, 7)).toBe(0);
  });

  it('is told to Redis again and again until that has noted it', async () => {
    const told: string[] = [];
    one.redisFault = holderFails;
    await openStream(one);
    one.redisFault = (command) => {
      if (names(command, ':holder:')) told.push(command[2] ?? '');
      return 'answered';
    };
    await eventually(() => told.includes('one'), 'Redis to be told');
  });

  it('gets what came to a router before its client was there', async () => {
    const first = await openStream(one);
    await say(one, first.query, toolCall(1));
    await first.stream.waitFor('"id":1');
    const lastId = first.lastId();
    first.cut();
    await one.leave();
    // Nobody holds the stream: it is kept for the client's return, which is elsewhere, and which Redis is not told.
    expect((await say(two, first.query, toolCall(2))).status).toBe(202);
    const three = await routers.start('three');
    await two.beat();
    three.redisFault = holderFails;
    const again = await openStream(three, lastId);
    await again.stream.waitFor('"id":2');
    expect((await say(two, again.query, toolCall(3))).status).toBe(202);
    await again.stream.waitFor('"id":3');
    expect([2, 3].map((id) => answersTo(again.stream.text, id))).toEqual([1, 1]);
    expect(process.received.filter(({ message }) => message.id === 2)).toHaveLength(1);
  });

  it.each([
    ['is there', isThere],
    ['is away', isAway],
  ])('gets the answer that came to the router its client has left, while Redis %s', async (_what, fault) => {
    const first = await openStream(one);
    await say(one, first.query, toolCall(1));
    await first.stream.waitFor('"id":1');
    process.answersCalls = false;
    await say(one, first.query, toolCall(2));
    await eventually(() => process.received.length === 2, 'the second call');
    for (const router of [one, two]) router.redisFault = fault;
    const lastId = first.lastId();
    first.cut();
    const again = await openStream(two, lastId);
    const [{ session } = { session: '' }] = process.received;
    process.answer(session, 2, { late: true });
    await again.stream.waitFor('"late":true');
    process.answersCalls = true;
    await say(one, again.query, toolCall(3));
    await again.stream.waitFor('"id":3');
    expect([1, 2, 3].map((id) => answersTo(again.stream.text, id))).toEqual([0, 1, 1]);
    await expect.poll(() => one.router.metrics()).toContain('router_parked_sessions 0');
  });

  it('gets what was written in vain before its connection was noticed to be cut', async () => {
    const first = await openStream(one);
    await say(one, first.query, toolCall(1));
    await first.stream.waitFor('"id":1');
    const lastId = first.lastId();
    await say(one, first.query, toolCall(2));
    await first.stream.waitFor('"id":2');
    first.cut();
    const again = await openStream(two, lastId);
    await again.stream.waitFor('"id":2');
    expect(process.received).toHaveLength(2);
    expect(answersTo(again.stream.text, 1)).toBe(0);
  });

  it('gets an answer that was handed over and lost on the way to it, wherever it comes back', async () => {
    const three = await routers.start('three');
    await Promise.all([one.beat(), two.beat()]);
    process.answersCalls = false;
    const first = await openStream(one);
    await say(one, first.query, toolCall(1));
    await eventually(() => process.received.length === 1, 'the call');
    const lastId = first.lastId();
    first.cut();
    const second = await openStream(two, lastId);
    process.answer(process.received[0]?.session ?? '', 1, { late: true });
    await second.stream.waitFor('"late":true');
    second.cut();
    const third = await openStream(three, lastId);
    await third.stream.waitFor('"late":true');
    expect(process.received).toHaveLength(1);
  });

  it('is left by a client that has opened another stream, although its former router has not noticed', async () => {
    const first = await openStream(one);
    await say(one, first.query, toolCall(1));
    await first.stream.waitFor('"id":1');
    process.answersCalls = false;
    await say(one, first.query, toolCall(2));
    await eventually(() => process.received.length === 2, 'the second call');
    const again = await openStream(two, first.lastId());
    const hasEnded = async () => {
      await one.beat();
      return first.stream.ended;
    };
    await expect.poll(hasEnded).toBe(true);
    const [{ session } = { session: '' }] = process.received;
    process.answer(session, 2, { late: true });
    await again.stream.waitFor('"late":true');
  });
});
