import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinRouterNetwork } from '../../../../container/router/redis/router-network.ts';
import { eventually, post, startRouter, toolCall } from '../fixture.ts';
import { hasRedis, type RedisServer, startRedis } from './redis-server.ts';

const key = randomBytes(32);

describe.skipIf(!hasRedis)('the network of routers (skipped where redis-server is missing)', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.kill());

  it('adds up what all its routers do', async () => {
    const networks = [];
    for (let each = 0; each < 2; each += 1) {
      const network = await joinRouterNetwork({
        redisUrl: redis.url,
        key,
        patience: { commandTimeoutMs: 20_000 },
        reportError: () => {},
      });
      await eventually(() => network.isReady, 'the connection to Redis');
      const fixture = await startRouter(network.options);
      await network.join(fixture.router);
      networks.push({ network, fixture });
    }
    const [one, two] = networks;
    if (one === undefined || two === undefined) throw new Error('two were started');
    const instance = await one.fixture.addInstance();
    await post(one.fixture.url(instance, 'mcp'), instance.token, toolCall(1));
    const own = await one.network.activity(instance.id);
    expect(own.lastRequestAt).toBeGreaterThan(Date.now() - 60_000);
    await one.fixture.close();
    await one.network.leave();
    expect((await two.network.activity(instance.id)).lastRequestAt).toBe(own.lastRequestAt);
    await two.fixture.close();
    await two.network.leave();
  });

  it('starts without Redis, and says so', async () => {
    const reported: unknown[] = [];
    const network = await joinRouterNetwork({
      ...{ redisUrl: 'redis://127.0.0.1:1', key },
      reportError: (error) => reported.push(error),
    });
    const fixture = await startRouter(network.options);
    await network.join(fixture.router);
    const instance = await fixture.addInstance();
    expect((await post(fixture.url(instance, 'mcp'), instance.token, toolCall(1))).status).toBe(200);
    expect(reported.length).toBeGreaterThan(0);
    expect(network.isReady).toBe(false);
    await fixture.close();
    await network.leave();
  });
});
