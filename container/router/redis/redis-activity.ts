import type { ImpatientRedis } from './impatient-redis.ts';

/** How busy an instance is at its doors; the times are milliseconds since 1970. */
export interface DoorActivity {
  lastRequestAt: number | undefined;
  requestsInFlight: number;
  streams: number;
}

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

/** What a router wrote is taken for its present state for so many of its intervals; after that it is taken to be gone. */
const intervalsAlive = 3;
/** Longer than any instance stays awake without a request. */
const keptMs = 2 * 24 * 60 * 60_000;

interface Written extends Omit<DoorActivity, 'lastRequestAt'> {
  routerId: string;
  lastRequestAt: number | null;
  at: number;
}

/**
 * How busy instances are at all routers together. Each router writes what it knows every few seconds. The last request counts whoever
 * wrote it; what is under way counts for routers that still write.
 */
export class RedisActivity {
  readonly #redis: ImpatientRedis;
  readonly #routerId: string;
  readonly #source: ActivitySource;
  readonly #aliveMs: number;
  readonly #keyPrefix: string;
  readonly #timer: NodeJS.Timeout;
  /** What was written last, where it has to be renewed only if it changes. */
  readonly #idle = new Map<string, number | undefined>();
  #writing: Promise<void> | undefined;

  constructor({ redis, routerId, source, intervalMs = 3_000, keyPrefix = 'smartlead-mcp:' }: RedisActivityOptions) {
    this.#redis = redis;
    this.#routerId = routerId;
    this.#source = source;
    this.#aliveMs = intervalsAlive * intervalMs;
    this.#keyPrefix = `${keyPrefix}activity:`;
    this.#timer = setInterval(() => void this.write(), intervalMs);
    this.#timer.unref();
  }

  /** The sum of all routers. Rejects where Redis is away: on half the picture nobody should be put to sleep. */
  async read(instanceId: string): Promise<DoorActivity> {
    const sum = { ...this.#source.activity(instanceId) };
    const written = await this.#redis.ask('HVALS', this.#keyPrefix + instanceId);
    if (!Array.isArray(written)) return sum;
    const now = Date.now();
    for (const json of written) {
      const other = JSON.parse(String(json)) as Written;
      if (other.routerId === this.#routerId) continue;
      if (other.lastRequestAt !== null) sum.lastRequestAt = Math.max(sum.lastRequestAt ?? 0, other.lastRequestAt);
      if (now - other.at > this.#aliveMs) continue;
      sum.requestsInFlight += other.requestsInFlight;
      sum.streams += other.streams;
    }
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
  async #put(instanceId: string, { lastRequestAt = null, requestsInFlight, streams }: WithNull<DoorActivity>): Promise<boolean> {
    const key = this.#keyPrefix + instanceId;
    const written: Written = { routerId: this.#routerId, lastRequestAt, requestsInFlight, streams, at: Date.now() };
    if ((await this.#redis.tryAsk('HSET', key, this.#routerId, JSON.stringify(written))) === undefined) return false;
    return (await this.#redis.tryAsk('PEXPIRE', key, String(keptMs))) !== undefined;
  }
}

type WithNull<Activity extends DoorActivity> = Omit<Activity, 'lastRequestAt'> & { lastRequestAt?: number | null | undefined };
