import { randomUUID } from 'node:crypto';
import type { DoorActivity } from '../../../core/door-activity.ts';
import { defaultLimits, defaultTiming, type RouterOptions } from '../options.ts';
import type { Router } from '../router.ts';
import { connectRedis } from './connect-redis.ts';
import { ImpatientRedis, type RedisPatience } from './impatient-redis.ts';
import { RedisActivity } from './redis-activity.ts';
import { RedisSessionDirectory } from './redis-session-directory.ts';
import { RedisSessionHolder } from './redis-session-holder.ts';

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
  /** When the router is closed: no more come from the others, and the connection goes. */
  leave(): Promise<void>;
}

export interface RouterNetworkOptions {
  redisUrl: string;
  /** The key of session ids, which all routers have. */
  key: Buffer;
  /** What signed them before a rotation, or will after it. */
  otherKeys?: readonly Buffer[];
  /**
   * Address at which the other routers reach this one, which listens there and nowhere else. This machine's loopback by default: then
   * all routers are on one machine.
   */
  host?: string;
  /** 0, the default, lets the system choose. */
  port?: number;
  /** How long is waited for Redis, where that is not to be the usual moment. */
  patience?: Partial<RedisPatience>;
  reportError: (error: unknown) => void;
}

/** The network of the routers that share a Redis. */
export async function joinRouterNetwork(options: RouterNetworkOptions): Promise<RouterNetwork> {
  const { redisUrl, key, otherKeys = [], host = '127.0.0.1', port = 0, patience, reportError } = options;
  const connection = await connectRedis(redisUrl, reportError);
  const redis = new ImpatientRedis(connection, reportError, patience);
  const routerId = randomUUID();
  const holder = new RedisSessionHolder({
    ...{ redis, key, otherKeys, routerId },
    answerTimeoutMs: defaultTiming.arrivalWaitMs + 15_000,
  });
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
      await holder.listen((request, response) => router.handle(request, response), host, port);
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
