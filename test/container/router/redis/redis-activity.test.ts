import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RedisConnection } from '../../../../container/router/redis/connect-redis.ts';
import { ImpatientRedis } from '../../../../container/router/redis/impatient-redis.ts';
import { RedisActivity } from '../../../../container/router/redis/redis-activity.ts';
import type { DoorActivity } from '../../../../core/door-activity.ts';
import { hasRedis, type RedisServer, startRedis } from './redis-server.ts';

describe.skipIf(!hasRedis)('the activity of several routers (skipped where redis-server is missing)', () => {
  let server: RedisServer;
  let connection: RedisConnection;
  beforeAll(async () => {
    server = await startRedis();
    connection = await server.connect();
  });
  afterAll(async () => {
    await connection.close();
    await server.kill();
  });

  const startOne = (routerId: string, activities: Record<string, DoorActivity>) => {
    const none = { lastRequestAt: undefined, requestsInFlight: 0, streams: 0 };
    return new RedisActivity({
      ...{ redis: new ImpatientRedis(connection, () => {}, { commandTimeoutMs: 20_000 }), routerId, intervalMs: 60 },
      source: { activity: (instanceId) => activities[instanceId] ?? none, busyInstances: () => Object.keys(activities) },
    });
  };

  it('is the sum of what is under way, and the latest request', async () => {
    const one = startOne('one', { i1: { lastRequestAt: 1_000, requestsInFlight: 2, streams: 3 } });
    const two = startOne('two', { i1: { lastRequestAt: 5_000, requestsInFlight: 1, streams: 0 } });
    await two.write();
    expect(await one.read('i1')).toEqual({ lastRequestAt: 5_000, requestsInFlight: 3, streams: 3 });
    expect(await one.read('i2')).toEqual({ lastRequestAt: undefined, requestsInFlight: 0, streams: 0 });
    await two.close();
    expect(await one.read('i1')).toEqual({ lastRequestAt: 5_000, requestsInFlight: 2, streams: 3 });
    await one.close();
  });

  it('of a router that writes no more counts as gone, but its last request stays', async () => {
    const one = startOne('one', {});
    const other = startOne('other', { i3: { lastRequestAt: 7_000, requestsInFlight: 4, streams: 4 } });
    await other.write();
    expect((await one.read('i3')).streams).toBe(4);
    const killed = { routerId: 'killed', lastRequestAt: 9_000, requestsInFlight: 5, streams: 5, at: Date.now() - 10_000 };
    await connection.sendCommand(['HSET', 'smartlead-mcp:activity:i3', 'killed', JSON.stringify(killed)]);
    expect(await one.read('i3')).toEqual({ lastRequestAt: 9_000, requestsInFlight: 4, streams: 4 });
    await Promise.all([one.close(), other.close()]);
  });

  it('is unknown while Redis is away', async () => {
    const one = startOne('one', { i4: { lastRequestAt: 1, requestsInFlight: 0, streams: 0 } });
    await server.kill();
    await expect(one.read('i4')).rejects.toThrow('Redis is away');
    await one.close();
  });
});
