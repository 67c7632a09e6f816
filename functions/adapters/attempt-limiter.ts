import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { AttemptLimiter } from '../ports.ts';

export interface AttemptLimiterOptions {
  /** Attempts allowed for one key within the window. */
  attempts: number;
  /** Length of the window in seconds; it begins with the first attempt. */
  windowSeconds: number;
}

/** Counts attempts in memory: right where one process takes all requests. A restart forgets them. */
export class MemoryAttemptLimiter implements AttemptLimiter {
  readonly #limiter: RateLimiterMemory;

  constructor({ attempts, windowSeconds }: AttemptLimiterOptions) {
    this.#limiter = new RateLimiterMemory({ points: attempts, duration: windowSeconds });
  }

  async consume(key: string): Promise<{ allowed: true } | { allowed: false; retryAfterSeconds: number }> {
    try {
      await this.#limiter.consume(key);
      return { allowed: true };
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)) };
    }
  }

  async reset(key: string): Promise<void> {
    await this.#limiter.delete(key);
  }
}
