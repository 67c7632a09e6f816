import { createClient } from 'redis';
import type { RedisCommands } from './impatient-redis.ts';

export interface RedisConnection extends RedisCommands {
  /** Whether it stands now. */
  readonly isReady: boolean;
  close(): Promise<void>;
}

const connectTimeoutMs = 2_000;
const longestReconnectPauseMs = 1_000;

/**
 * Connects to the Redis at the URL (`redis://`, or `rediss://` for TLS). Does not insist: where Redis is away, commands fail at once
 * and the connection is tried again until it stands. Resolves when it stands, or after two seconds without.
 */
export async function connectRedis(url: string, reportError: (error: unknown) => void): Promise<RedisConnection> {
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
  const connected = client.connect().then(ignore, ignore);
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    connected,
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, connectTimeoutMs);
    }),
  ]);
  clearTimeout(timer);
  return {
    sendCommand: (command) => client.sendCommand(command),
    get isReady() {
      return client.isReady;
    },
    close: async () => {
      client.destroy();
      await connected;
    },
  };
}

function ignore(): void {}
