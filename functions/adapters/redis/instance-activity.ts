import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'redis';
import { activityAliveMs, activityKey, longGoneRouters, sumActivity } from '../../../core/door-activity.ts';
import type { InstanceActivity, InstanceActivityReader } from '../../ports.ts';

const connectTimeoutMs = 2_000;
const answerTimeoutMs = 1_000;
const longestReconnectPauseMs = 1_000;

/** What routers wrote cannot be read now, or was not written again yet. Nobody may conclude that an instance is idle. */
export class ActivityUnknownError extends Error {
  override readonly name = 'ActivityUnknownError';
}

export interface RedisInstanceActivityOptions {
  /** `redis://`, or `rediss://` for TLS. */
  url: string;
  /** Told once each time that the connection is lost. */
  reportError(error: unknown): void;
  now?: () => number;
  /** How long a new connection is not believed, in milliseconds. */
  settlingMs?: number;
}

/**
 * Reads what the routers of scale `saas` write of their instances (`core/door-activity.ts`). A Redis that was just connected to may have
 * come back empty, so it is believed only after every router has had the time to write again.
 */
export class RedisInstanceActivity implements InstanceActivityReader {
  readonly #client: ReturnType<typeof createClient>;
  readonly #now: () => number;
  readonly #settlingMs: number;
  #readySince: number | undefined;
  #isFailing = false;

  private constructor({ url, reportError, now = Date.now, settlingMs = activityAliveMs }: RedisInstanceActivityOptions) {
    this.#now = now;
    this.#settlingMs = settlingMs;
    this.#client = createClient({
      url,
      // What could not be asked is not asked later: the next round asks anew.
      disableOfflineQueue: true,
      socket: {
        connectTimeout: connectTimeoutMs,
        reconnectStrategy: (retries) => Math.min(longestReconnectPauseMs, 50 * 2 ** Math.min(retries, 10)),
      },
    });
    this.#client.on('error', (error: Error) => {
      if (!this.#isFailing) reportError(error);
      this.#isFailing = true;
      this.#readySince = undefined;
    });
    this.#client.on('ready', () => {
      this.#isFailing = false;
      this.#readySince = this.#now();
    });
  }

  /** Connects, and goes on trying in the background where Redis is away. Never rejects. */
  static open(options: RedisInstanceActivityOptions): RedisInstanceActivity {
    const reader = new RedisInstanceActivity(options);
    reader.#client.connect().catch(options.reportError);
    return reader;
  }

  /** Rejects with {@link ActivityUnknownError}. */
  async read(instanceId: string): Promise<InstanceActivity> {
    try {
      if (this.#readySince === undefined) throw new Error('Redis is away');
      if (this.#now() - this.#readySince < this.#settlingMs) throw new Error('Redis was away a moment ago');
      return await inTime(this.#sum(instanceId));
    } catch (cause) {
      throw new ActivityUnknownError('how busy the instance is at its doors is unknown; it is asked again at the next round', {
        cause,
      });
    }
  }

  async #sum(instanceId: string): Promise<InstanceActivity> {
    const key = activityKey(instanceId);
    const written = await this.#client.hVals(key);
    const longGone = longGoneRouters(written, this.#now());
    if (longGone.length > 0) await this.#client.hDel(key, longGone);
    return sumActivity(written, this.#now());
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }
}

async function inTime<Value>(answer: Promise<Value>): Promise<Value> {
  const over = new AbortController();
  const timeout = pause(answerTimeoutMs, undefined, { signal: over.signal }).then(() => {
    throw new Error('Redis took too long to answer');
  });
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    over.abort();
    timeout.catch(() => {});
  }
}
