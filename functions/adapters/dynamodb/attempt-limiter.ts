import { createHash } from 'node:crypto';
import type { AttemptLimiter, Clock } from '../../ports.ts';
import { createAttemptsEntity } from './entities/attempts.ts';
import { notAvailable, pauseAfterConflict, requested, attempts as writeAttempts } from './request.ts';
import type { PlatformTable } from './table.ts';

export interface DynamoAttemptLimiterOptions {
  /** Names the limiter: those with the same name count together, in however many processes. */
  name: string;
  /** Attempts allowed for one key within the window. */
  attempts: number;
  /** Length of the window in seconds; it begins with the first attempt. */
  windowSeconds: number;
  clock: Clock;
}

/** Counts attempts in the table, for callers in many processes: one write an attempt, two where a window begins. */
export class DynamoAttemptLimiter implements AttemptLimiter {
  readonly #windows: ReturnType<typeof createAttemptsEntity>;
  readonly #options: DynamoAttemptLimiterOptions;

  constructor(table: PlatformTable, options: DynamoAttemptLimiterOptions) {
    this.#windows = createAttemptsEntity(table);
    this.#options = options;
  }

  async consume(key: string): Promise<{ allowed: true } | { allowed: false; retryAfterSeconds: number }> {
    const window = this.#keyOf(key);
    for (let attempt = 0; attempt < writeAttempts; attempt += 1) {
      const now = this.#options.clock.now().getTime();
      const counted = await this.#count(window, now);
      if (counted === undefined) {
        if (await this.#begin(window, now)) return { allowed: true };
        // Somebody else began the window at the same time.
        await pauseAfterConflict(attempt);
        continue;
      }
      if (counted.count <= this.#options.attempts) return { allowed: true };
      return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil((counted.endsAt - now) / 1000)) };
    }
    throw notAvailable(new Error(`a window of attempts was begun by others ${writeAttempts} times`));
  }

  async reset(key: string): Promise<void> {
    await requested(() => this.#windows.delete(this.#keyOf(key)).go());
  }

  /** Adds one to the present window; `undefined` where there is none. */
  async #count(window: WindowKey, now: number): Promise<{ count: number; endsAt: number } | undefined> {
    const { rejected, data } = await requested(() =>
      this.#windows
        .patch(window)
        .add({ count: 1 })
        .where((item, { gt }) => gt(item.endsAt, now))
        .go({ response: 'all_new', returnOnConditionCheckFailure: true }),
    );
    return rejected ? undefined : data;
  }

  async #begin(window: WindowKey, now: number): Promise<boolean> {
    const endsAt = now + this.#options.windowSeconds * 1000;
    const { rejected } = await requested(() =>
      this.#windows
        .put({ ...window, count: 1, endsAt, ttl: Math.ceil(endsAt / 1000) })
        .where((item, { notExists, lte }) => `${notExists(item.endsAt)} OR ${lte(item.endsAt, now)}`)
        .go({ response: 'none', returnOnConditionCheckFailure: true }),
    );
    return !rejected;
  }

  #keyOf(key: string): WindowKey {
    return { limiter: this.#options.name, digest: createHash('sha256').update(key).digest('hex') };
  }
}

interface WindowKey {
  limiter: string;
  digest: string;
}
