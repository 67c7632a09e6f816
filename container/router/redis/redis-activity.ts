import {
  activityIntervalMs,
  activityKeptMs,
  activityKey,
  addActivity,
  type DoorActivity,
  redisKeyPrefix,
  sumActivity,
  writeActivity,
} from '../../../core/door-activity.ts';
import type { ImpatientRedis } from './impatient-redis.ts';

/** What one router knows of its instances. */
export interface ActivitySource {
  activity(instanceId: string): DoorActivity;
  /** The instances that were asked for something since this router started, or hold something open. */
  busyInstances(): string[];
}

export interface RedisActivityOptions {
  redis: ImpatientRedis;
  routerId: string;
  source: ActivitySource;
  intervalMs?: number;
  keyPrefix?: string;
}

/**
 * How busy instances are at all routers together. Each router writes what it knows every few seconds. The last request counts whoever
 * wrote it; what is under way counts for routers that still write.
 */
export class RedisActivity {
  readonly #redis: ImpatientRedis;
  readonly #routerId: string;
  readonly #source: ActivitySource;
  readonly #keyPrefix: string;
  readonly #timer: NodeJS.Timeout;
  /** What was written last, where it has to be renewed only if it changes. */
  readonly #idle = new Map<string, number | undefined>();
  #writing: Promise<void> | undefined;

  constructor({ redis, routerId, source, intervalMs = activityIntervalMs, keyPrefix = redisKeyPrefix }: RedisActivityOptions) {
    this.#redis = redis;
    this.#routerId = routerId;
    this.#source = source;
    this.#keyPrefix = keyPrefix;
    this.#timer = setInterval(() => void this.write(), intervalMs);
    this.#timer.unref();
  }

  /** The sum of all routers. Rejects where Redis is away: on half the picture nobody should be put to sleep. */
  async read(instanceId: string): Promise<DoorActivity> {
    const written = await this.#redis.ask('HVALS', activityKey(instanceId, this.#keyPrefix));
    const sum = sumActivity(Array.isArray(written) ? written.map(String) : [], Date.now(), this.#routerId);
    addActivity(sum, this.#source.activity(instanceId));
    return sum;
  }

  /** Writes what this router knows now. Never rejects. */
  write(): Promise<void> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  /** Writes a last time, without what is under way, and stops. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
    for (const instanceId of this.#source.busyInstances()) {
      const { lastRequestAt } = this.#source.activity(instanceId);
      await this.#put(instanceId, { lastRequestAt, requestsInFlight: 0, streams: 0 });
    }
  }

  async #write(): Promise<void> {
    for (const instanceId of this.#source.busyInstances()) {
      const activity = this.#source.activity(instanceId);
      const isIdle = activity.requestsInFlight === 0 && activity.streams === 0;
      if (isIdle && this.#idle.has(instanceId) && this.#idle.get(instanceId) === activity.lastRequestAt) continue;
      if (!(await this.#put(instanceId, activity))) return;
      if (isIdle) this.#idle.set(instanceId, activity.lastRequestAt);
      else this.#idle.delete(instanceId);
    }
  }

  /** Answers whether it was written. */
  async #put(instanceId: string, activity: DoorActivity): Promise<boolean> {
    const key = activityKey(instanceId, this.#keyPrefix);
    const text = writeActivity(this.#routerId, activity, Date.now());
    if ((await this.#redis.tryAsk('HSET', key, this.#routerId, text)) === undefined) return false;
    return (await this.#redis.tryAsk('PEXPIRE', key, String(activityKeptMs))) !== undefined;
  }
}
