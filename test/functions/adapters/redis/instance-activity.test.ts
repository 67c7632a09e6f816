import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ImpatientRedis } from '../../../../container/router/redis/impatient-redis.ts';
import { RedisActivity } from '../../../../container/router/redis/redis-activity.ts';
import { activityAliveMs, activityKeptMs, activityKey, writeActivity } from '../../../../core/door-activity.ts';
import { RedisInstanceActivity } from '../../../../functions/adapters/redis/instance-activity.ts';
import { hasRedis, type RedisServer, startRedis } from '../../../container/router/redis/redis-server.ts';

const idle = { lastRequestAt: undefined, requestsInFlight: 0, streams: 0 };

describe.skipIf(!hasRedis)('what routers write of their instances (skipped where redis-server is missing)', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.kill());
  const readers: RedisInstanceActivity[] = [];
  afterEach(async () => {
    for (const reader of readers.splice(0)) await reader.close();
  });

  function open(options: Partial<Parameters<typeof RedisInstanceActivity.open>[0]> = {}) {
    const reported: unknown[] = [];
    const reportError = (error: unknown) => void reported.push(error);
    const reader = RedisInstanceActivity.open({ url: server.url, reportError, settlingMs: 0, ...options });
    readers.push(reader);
    return { reader, reported };
  }

  it('is read as the routers meant it', async () => {
    const connection = await server.connect();
    const busy = { lastRequestAt: 5_000, requestsInFlight: 1, streams: 2 };
    const router = new RedisActivity({
      redis: new ImpatientRedis(connection, () => {}, { commandTimeoutMs: 20_000 }),
      routerId: 'one',
      source: { activity: () => busy, busyInstances: () => ['i1'] },
    });
    await router.write();
    const { reader } = open();
    await expect.poll(() => reader.read('i1').catch(() => undefined)).toEqual(busy);
    await expect.poll(() => reader.read('i2').catch(() => undefined)).toEqual(idle);
    await router.close();
    await expect.poll(() => reader.read('i1').catch(() => undefined)).toEqual({ ...idle, lastRequestAt: 5_000 });
    await connection.close();
  });

  it('loses routers that are long gone', async () => {
    const connection = await server.connect();
    const key = activityKey('i3');
    const put = (routerId: string, at: number) =>
      connection.sendCommand(['HSET', key, routerId, writeActivity(routerId, { ...idle, lastRequestAt: at }, at)]);
    await put('old', Date.now() - activityKeptMs - 60_000);
    await put('new', 6_000_000_000_000);
    const { reader } = open();
    await expect.poll(() => reader.read('i3').catch(() => undefined)).toMatchObject({ lastRequestAt: 6_000_000_000_000 });
    expect(await connection.sendCommand(['HKEYS', key])).toEqual(['new']);
    await connection.close();
  });

  it('is not believed until all routers had time to write it again', async () => {
    let now = 1_000_000;
    const { reader } = open({ now: () => now, settlingMs: activityAliveMs });
    await expect
      .poll(() => reader.read('i4').catch((error: Error) => String(error.cause)))
      .toBe('Error: Redis was away a moment ago');
    now += activityAliveMs;
    await expect.poll(() => reader.read('i4').catch(() => undefined)).toEqual(idle);
  });

  it('is unknown while Redis is away, which is reported once, and known again after it', async () => {
    const { reader, reported } = open();
    await expect.poll(() => reader.read('i5').catch(() => undefined)).toEqual(idle);
    await server.kill();
    await expect(reader.read('i5')).rejects.toThrow('unknown');
    await expect.poll(() => reported.length).toBe(1);
    await server.start();
    await expect.poll(() => reader.read('i5').catch(() => undefined)).toEqual(idle);
    expect(reported).toHaveLength(1);
  });
});
