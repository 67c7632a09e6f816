import { createClient } from 'redis';
import type { RedisCommands } from './impatient-redis.ts';

export interface RedisConnection extends RedisCommands {
  /** Whether it stands now. */
  readonly isReady: boolean;
  close(): Promise<void>;
}

const connectTimeoutMs = 2_000;
const longestReconnectPauseMs = 1_000;
const checkIntervalMs = 500;

/**
 * Connects to the Redis at the URL (`redis://`, or `rediss://` for TLS). Does not insist: where Redis is away, commands fail at once
 * and the connection is tried again until it stands. Resolves when it stands, or after two seconds without.
 * @param silenceMs How long Redis may leave commands unanswered. A machine that vanished says nothing, and the kernel goes on waiting
 *   for it for a quarter of an hour; after so many milliseconds the connection is made anew, to whatever its name stands for then.
 */
export async function connectRedis(
  url: string,
  reportError: (error: unknown) => void,
  silenceMs = 5_000,
): Promise<RedisConnection> {
  const client = createClient({
    url,
    // What could not be asked is not asked later: nobody waits for it any more.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: connectTimeoutMs,
      reconnectStrategy: (retries) => Math.min(longestReconnectPauseMs, 50 * 2 ** Math.min(retries, 10)),
    },
  });
  let isFailing = false;
  client.on('error', (error: Error) => {
    if (!isFailing) reportError(new Error(`Redis is away (${error.name}: ${error.message})`));
    isFailing = true;
  });
  client.on('ready', () => {
    isFailing = false;
  });
  let connected = client.connect().then(ignore, ignore);

  const connectAnew = (why: string) => {
    reportError(new Error(`Redis is away (${why}); the connection is made anew`));
    // Fails what waits for an answer.
    client.destroy();
    connected = client.connect().then(ignore, ignore);
  };

  let unanswered = 0;
  let silentSince = 0;
  const ask = async (command: string[]) => {
    if (unanswered === 0) silentSince = performance.now();
    unanswered += 1;
    try {
      return await client.sendCommand(command);
    } catch (error) {
      // After a failover the server at the other end may be a replica, while the name stands for the new primary.
      if (client.isReady && error instanceof Error && error.message.startsWith('READONLY'))
        connectAnew('it has become a replica');
      throw error;
    } finally {
      unanswered -= 1;
      silentSince = performance.now();
    }
  };
  const check = setInterval(() => {
    if (unanswered === 0 || !client.isReady || performance.now() - silentSince < silenceMs) return;
    connectAnew('it leaves commands unanswered');
  }, checkIntervalMs);
  check.unref();

  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    connected,
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, connectTimeoutMs);
    }),
  ]);
  clearTimeout(timer);
  return {
    sendCommand: ask,
    get isReady() {
      return client.isReady;
    },
    close: async () => {
      clearInterval(check);
      client.destroy();
      await connected;
    },
  };
}

function ignore(): void {}
