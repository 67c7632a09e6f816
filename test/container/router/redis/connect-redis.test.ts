import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { connectRedis } from '../../../../container/router/redis/connect-redis.ts';
import { connected, hasRedis, startRedis } from './redis-server.ts';

const closings: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of closings.splice(0).reverse()) await close();
});

/** A way to Redis whose present connections can be made to lead nowhere, as if the machine at their other end had vanished. */
async function startVanishingWay(redisPort: number) {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer((client) => {
    accepted += 1;
    const upstream = connect(redisPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    client.pipe(upstream).pipe(client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closings.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted: () => accepted,
    vanish() {
      for (const socket of sockets) socket.unpipe();
      for (const socket of sockets) socket.pause();
    },
  };
}

describe.skipIf(!hasRedis)('a connection to Redis (skipped where redis-server is missing)', () => {
  it('is made anew where nobody is at its other end any more, though nobody closed it', async () => {
    const redis = await startRedis();
    closings.push(() => redis.kill());
    const way = await startVanishingWay(Number(new URL(redis.url).port));
    const reported: unknown[] = [];
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    const connection = await connected(connectRedis(way.url, (error) => reported.push(error), 600));
    closings.push(() => connection.close());
    expect(await connection.sendCommand(['PING'])).toBe('PONG');
    const accepted = way.accepted();
    way.vanish();
    const unanswered = connection.sendCommand(['PING']);
    // It is looked every half a second.
    vi.advanceTimersByTime(500);
    expect(reported).toEqual([]);
    vi.advanceTimersByTime(500);
    await expect(unanswered).rejects.toThrow();
    await expect.poll(() => connection.sendCommand(['PING']).catch(() => 'away')).toBe('PONG');
    expect(way.accepted()).toBe(accepted + 1);
    expect(String(reported[0])).toContain('unanswered');
  });

  it('is made anew where the server has become a replica, which takes no writes', async () => {
    const redis = await startRedis();
    closings.push(() => redis.kill());
    const way = await startVanishingWay(Number(new URL(redis.url).port));
    const connection = await connected(connectRedis(way.url, () => {}));
    closings.push(() => connection.close());
    const accepted = way.accepted();
    await connection.sendCommand(['REPLICAOF', '127.0.0.1', '1']);
    await expect(connection.sendCommand(['SET', 'a', '1'])).rejects.toThrow('READONLY');
    await expect.poll(() => connection.sendCommand(['REPLICAOF', 'NO', 'ONE']).catch(() => 'away')).toBe('OK');
    expect(await connection.sendCommand(['SET', 'a', '1'])).toBe('OK');
    expect(way.accepted()).toBe(accepted + 1);
  });

  it('stays as it is while nothing is asked', async () => {
    const redis = await startRedis();
    closings.push(() => redis.kill());
    const way = await startVanishingWay(Number(new URL(redis.url).port));
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    const connection = await connected(connectRedis(way.url, () => {}, 1));
    closings.push(() => connection.close());
    await connection.sendCommand(['PING']);
    const accepted = way.accepted();
    vi.advanceTimersByTime(60_000);
    expect(await connection.sendCommand(['PING'])).toBe('PONG');
    expect(way.accepted()).toBe(accepted);
  });
});
