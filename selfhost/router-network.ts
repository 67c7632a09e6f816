import { randomUUID } from 'node:crypto';
import { defaultLimits, defaultTiming, type RouterOptions } from '../container/router/options.ts';
import { connectRedis } from '../container/router/redis/connect-redis.ts';
import { ImpatientRedis } from '../container/router/redis/impatient-redis.ts';
import { type DoorActivity, RedisActivity } from '../container/router/redis/redis-activity.ts';
import { RedisSessionDirectory } from '../container/router/redis/redis-session-directory.ts';
import { RedisSessionHolder } from '../container/router/redis/redis-session-holder.ts';
import type { Router } from '../container/router/router.ts';

/** What makes one router one of several. */
export interface RouterNetwork {
  /** Whether Redis answers now. */
  readonly isReady: boolean;
  /** For the router that is made. */
  options: Pick<RouterOptions, 'sessions' | 'sessionHolder'>;
  /** Lets the router take part. */
  join(router: Router): Promise<void>;
  /** How busy an instance is at all routers together. */
  activity(instanceId: string): Promise<DoorActivity>;
  /** Before the router is closed no more come from the others; after it the connection can go. */
  leave(): Promise<void>;
}

/**
 * The network of the routers that share a Redis. Routers reach each other on this machine's loopback.
 * @param key The key of session ids, which all routers have.
 */
export async function joinRouterNetwork(
  redisUrl: string,
  key: Buffer,
  reportError: (error: unknown) => void,
): Promise<RouterNetwork> {
  const connection = await connectRedis(redisUrl, reportError);
  const redis = new ImpatientRedis(connection, reportError);
  const routerId = randomUUID();
  const holder = new RedisSessionHolder({ redis, key, routerId, answerTimeoutMs: defaultTiming.arrivalWaitMs + 15_000 });
  let shared: RedisActivity | undefined;
  return {
    options: {
      sessions: new RedisSessionDirectory({
        redis,
        maxAgeMs: defaultTiming.sessionMaxAgeMs,
        maxSessions: defaultLimits.maxSessions,
      }),
      sessionHolder: holder,
    },
    join: async (router) => {
      shared = new RedisActivity({ redis, routerId, source: router });
      await holder.listen((request, response) => router.handle(request, response), '127.0.0.1');
    },
    activity: async (instanceId) => {
      if (shared === undefined) throw new Error('this router has not joined the others yet');
      return shared.read(instanceId);
    },
    get isReady() {
      return connection.isReady;
    },
    leave: async () => {
      await Promise.all([holder.close(), shared?.close()]);
      await connection.close();
    },
  };
}
