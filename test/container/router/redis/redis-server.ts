import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { connectRedis, type RedisConnection } from '../../../../container/router/redis/connect-redis.ts';
import { eventually } from '../fixture.ts';

/** Whether there is a Redis to test with. */
export const hasRedis = (() => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

export interface RedisServer {
  url: string;
  connect(): Promise<RedisConnection>;
  /** Ends it with SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  start(): Promise<void>;
}

/** Starts a Redis of its own on a free port of the loopback, without files. */
export async function startRedis(attemptsLeft = 5): Promise<RedisServer> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server: ChildProcess | undefined;
  const redis: RedisServer = {
    url,
    connect: () => connected(connectRedis(url, () => {})),
    kill: async () => {
      if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
    },
    start: async () => {
      const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
      const started = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'ignore'] });
      server = started;
      let text = '';
      const ready = Promise.withResolvers<void>();
      // Reading on, or its output would fill the pipe.
      started.stdout.on('data', (chunk: Buffer) => {
        text += String(chunk);
        if (text.includes('Ready to accept connections')) ready.resolve();
      });
      started.once('close', () => ready.reject(new Error(`Redis did not start: ${text}`)));
      await ready.promise;
    },
  };
  try {
    await redis.start();
  } catch (error) {
    // The port may have been taken by somebody else meanwhile.
    if (attemptsLeft > 1) return startRedis(attemptsLeft - 1);
    throw error;
  }
  return redis;
}

/** A connection is given after a while although it does not stand yet; here it is waited for. */
export async function connected(connecting: Promise<RedisConnection>): Promise<RedisConnection> {
  const connection = await connecting;
  await eventually(() => connection.isReady, 'the connection to Redis');
  return connection;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
