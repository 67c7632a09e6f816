import { randomBytes } from 'node:crypto';
import type { RedisConnection } from '../../../../container/router/redis/connect-redis.ts';
import { ImpatientRedis } from '../../../../container/router/redis/impatient-redis.ts';
import { OtherRouters } from '../../../../container/router/redis/other-routers.ts';
import { RedisSessionDirectory } from '../../../../container/router/redis/redis-session-directory.ts';
import { RedisSessionHolder, type RedisSessionHolderOptions } from '../../../../container/router/redis/redis-session-holder.ts';
import { listen, type RouterFixture, startRouter, stop } from '../fixture.ts';
import type { RedisServer } from './redis-server.ts';

/** What becomes of a command of one router: it is answered, fails at once, or gets no answer at all. */
export type RedisFault = (command: readonly string[]) => 'answered' | 'failed' | 'silent';

export const isAway: RedisFault = () => 'failed';
export const isThere: RedisFault = () => 'answered';

export interface SharedRouter extends RouterFixture {
  /** What its Redis does from now on. */
  redisFault: RedisFault;
  /** Says that it lives, and learns of the others, without waiting for its next heartbeat. */
  beat(): Promise<void>;
  /** Ends it in order. */
  leave(): Promise<void>;
}

/** Routers of one installation, which share a Redis and the directories of the first one. */
export class SharedRouters {
  readonly #redis: RedisServer;
  readonly #sessionKey = randomBytes(32);
  readonly #routers: SharedRouter[] = [];
  readonly #hanging: (() => Promise<void>)[] = [];

  constructor(redis: RedisServer) {
    this.#redis = redis;
  }

  async start(
    routerId: string,
    options: Partial<Pick<RedisSessionHolderOptions, 'searchMs' | 'recogniseMs'>> & {
      redisFault?: RedisFault;
    } = {},
  ): Promise<SharedRouter> {
    const [first] = this.#routers;
    const connection: RedisConnection = await this.#redis.connect();
    const faulty = {
      sendCommand: (command: string[]) => {
        const fate = router.redisFault(command);
        if (fate === 'answered') return connection.sendCommand(command);
        return fate === 'failed' ? Promise.reject(new Error('refused by the test')) : new Promise<never>(() => {});
      },
    };
    const router = { redisFault: options.redisFault ?? isThere } as SharedRouter;
    // Nothing is to end otherwise because a loaded machine takes long, and nobody to be forgotten because it does not beat meanwhile.
    const { searchMs = 20_000, recogniseMs = 20_000 } = options;
    const redis = new ImpatientRedis(faulty, () => {}, { commandTimeoutMs: 20_000, pauseMs: 100 });
    const holder = new RedisSessionHolder({
      ...{ redis, key: this.#sessionKey, routerId, searchMs, recogniseMs },
      ...{ answerTimeoutMs: 20_000, questionMs: 20_000, heartbeatMs: 30_000 },
    });
    const fixture = await startRouter({
      sessionKey: this.#sessionKey,
      sessions: new RedisSessionDirectory({ redis, maxAgeMs: 60_000, maxSessions: 1_000 }),
      sessionHolder: holder,
      timing: { arrivalWaitMs: 20_000, returnLookMs: 20 },
      ...(first === undefined
        ? {}
        : {
            tokens: { findByHash: (hash) => first.tokens.get(hash) },
            routes: { get: (instanceId) => first.routes.get(instanceId) },
            instances: { describe: (instanceId) => first.descriptions.get(instanceId) },
          }),
    });
    await holder.listen((request, response) => fixture.router.handle(request, response), '127.0.0.1');
    let left: Promise<void> | undefined;
    const leave = async () => {
      await holder.close();
      await fixture.close();
      await connection.close();
    };
    Object.assign(router, fixture, { beat: () => holder.beat(), leave: () => (left ??= leave()) });
    this.#routers.push(router);
    return router;
  }

  /** One that the others know, and that takes connections, but never answers. */
  async startHanging(routerId: string): Promise<void> {
    const connection = await this.#redis.connect();
    const { server, address } = await listen(() => {});
    const others = new OtherRouters({
      ...{
        redis: new ImpatientRedis(connection, () => {}, { commandTimeoutMs: 20_000 }),
        key: this.#sessionKey,
        otherKeys: [],
        routerId,
      },
      ...{ aliveMs: 60_000, keyPrefix: 'smartlead-mcp:' },
    });
    await others.announce({ url: address, secret: 'unknown' });
    this.#hanging.push(async () => {
      await stop(server);
      await connection.close();
    });
  }

  async close(): Promise<void> {
    for (const end of this.#hanging.splice(0)) await end();
    for (const router of this.#routers.splice(0).reverse()) await router.leave();
  }
}
