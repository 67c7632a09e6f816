import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collect, type InstanceFixture, open, post, type RouterFixture, send, toolCall } from '../fixture.ts';
import { withSessions } from '../instance-with-sessions.ts';
import { hasRedis, type RedisServer, startRedis } from './redis-server.ts';
import { type SharedRouter, SharedRouters } from './shared-routers.ts';

const initialize = {
  ...{ jsonrpc: '2.0', id: 0, method: 'initialize' },
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

describe.skipIf(!hasRedis)('several routers that share a Redis (skipped where redis-server is missing)', () => {
  let redis: RedisServer;
  let routers: SharedRouters;
  let one: SharedRouter;
  let two: SharedRouter;
  let instance: InstanceFixture;
  beforeEach(async () => {
    redis = await startRedis();
    routers = new SharedRouters(redis);
    one = await routers.start('one');
    two = await routers.start('two');
    instance = await one.addInstance(withSessions());
  });
  afterEach(async () => {
    await routers.close();
    await redis.kill();
  });

  const at = (router: RouterFixture, door: string) => `${router.base}/i/${instance.id}/${door}`;

  async function openSession(router: RouterFixture): Promise<string> {
    const answer = await post(at(router, 'mcp'), instance.token, initialize);
    expect(answer.status).toBe(200);
    const id = String(answer.headers['mcp-session-id']);
    await post(
      at(router, 'mcp'),
      instance.token,
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { 'Mcp-Session-Id': id },
    );
    return id;
  }

  const callIn = (router: RouterFixture, sessionId: string, id: number, token = instance.token) =>
    post(at(router, 'mcp'), token, toolCall(id), { 'Mcp-Session-Id': sessionId });

  async function openStream(router: RouterFixture) {
    const stream = collect(await open(at(router, 'sse'), { token: instance.token }));
    await stream.waitFor('endpoint');
    const endpoint = new URL(/data: (\S+)/.exec(stream.text)?.[1] ?? '', at(router, 'sse'));
    return { stream, query: endpoint.search };
  }

  it('continue a session of Streamable HTTP that was opened at another, without opening it anew', async () => {
    const id = await openSession(one);
    expect((await callIn(two, id, 1)).status).toBe(200);
    expect(instance.seen.filter(({ body }) => body.includes('initialize"'))).toHaveLength(1);
  });

  it('keep a session ended that was ended at another', async () => {
    const id = await openSession(one);
    expect((await callIn(two, id, 1)).status).toBe(200);
    await send(at(one, 'mcp'), { method: 'DELETE', token: instance.token, headers: { 'Mcp-Session-Id': id } });
    expect((await callIn(two, id, 2)).status).toBe(404);
  });

  it('show a session to its own workspace only', async () => {
    const id = await openSession(one);
    const stranger = await one.addInstance(withSessions());
    const answer = await post(`${two.base}/i/${stranger.id}/mcp`, stranger.token, toolCall(1), { 'Mcp-Session-Id': id });
    expect(answer.status).toBe(404);
  });

  it('hand a message of HTTP+SSE to the one that holds the stream, which answers on it', async () => {
    const { stream, query } = await openStream(one);
    const sent = await post(at(two, 'messages') + query, instance.token, toolCall(7));
    expect(sent.status).toBe(202);
    await stream.waitFor('"id":7');
    expect(instance.seen.filter(({ body }) => body.includes('tools/call'))).toHaveLength(1);
  });

  it('judge a handed message by its own token', async () => {
    const { query } = await openStream(one);
    const stranger = await one.addInstance(withSessions());
    expect((await post(at(two, 'messages') + query, stranger.token, toolCall(1))).status).toBe(404);
    expect((await post(at(two, 'messages') + query, undefined, toolCall(1))).status).toBe(401);
  });

  it('go on with a session whose router is gone', async () => {
    const id = await openSession(one);
    const { query } = await openStream(one);
    const three = await routers.start('three');
    // Without a word to anybody, as when it is killed: its connections are cut and its address is still in Redis.
    await one.router.close({ deadlineMs: 0 });
    expect((await callIn(three, id, 1)).status).toBe(200);
    const sent = await post(at(three, 'messages') + query, instance.token, initialize);
    expect([202, 503]).toContain(sent.status);
  });

  it('go on where Redis is killed in the middle, and work together again when it is back', async () => {
    const id = await openSession(one);
    const own = await openStream(one);
    expect((await callIn(two, id, 1)).status).toBe(200);
    expect((await post(at(two, 'messages') + own.query, instance.token, toolCall(4))).status).toBe(202);
    await redis.kill();
    expect((await callIn(one, id, 2)).status).toBe(200);
    expect((await callIn(two, id, 3)).status).toBe(200);
    const fresh = await openSession(one);
    expect((await callIn(two, fresh, 4)).status).toBe(200);
    expect((await post(at(one, 'messages') + own.query, instance.token, toolCall(5))).status).toBe(202);
    await own.stream.waitFor('"id":5');
    expect((await post(at(two, 'messages') + own.query, instance.token, toolCall(6))).status).toBe(202);
    await own.stream.waitFor('"id":6');
    await redis.start();
    const expectWorkTogether = async (callId: number) => {
      expect((await post(at(two, 'messages') + own.query, instance.token, toolCall(callId))).status).toBe(202);
      await own.stream.waitFor(`"id":${callId}`);
    };
    await expectWorkTogether(7);
    const observer = await redis.connect();
    const beating = async (...routers: SharedRouter[]) => {
      for (const router of routers) await router.beat();
      return String(await observer.sendCommand(['SMEMBERS', 'smartlead-mcp:routers']).catch(() => ''));
    };
    await expect.poll(() => beating(two)).toContain('two');
    await expectWorkTogether(8);
    await expect.poll(() => beating(two, one)).toContain('one');
    await expectWorkTogether(9);
    await beating(two, one);
    await expectWorkTogether(10);
    await observer.close();
  });
});
