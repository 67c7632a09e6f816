import type { AttemptLimiter, Clock } from '../../../functions/ports.ts';

export class InMemoryAttemptLimiter implements AttemptLimiter {
  readonly #clock: Clock;
  readonly #attempts: number;
  readonly #windowSeconds: number;
  readonly #counts = new Map<string, { count: number; endsAt: number }>();

  constructor(clock: Clock, options: { attempts: number; windowSeconds: number }) {
    this.#clock = clock;
    this.#attempts = options.attempts;
    this.#windowSeconds = options.windowSeconds;
  }

  async consume(key: string): Promise<{ allowed: true } | { allowed: false; retryAfterSeconds: number }> {
    const now = this.#clock.now().getTime();
    const present = this.#counts.get(key);
    const window =
      present !== undefined && present.endsAt > now ? present : { count: 0, endsAt: now + this.#windowSeconds * 1000 };
    window.count += 1;
    this.#counts.set(key, window);
    if (window.count <= this.#attempts) return { allowed: true };
    return { allowed: false, retryAfterSeconds: Math.ceil((window.endsAt - now) / 1000) };
  }

  async reset(key: string): Promise<void> {
    this.#counts.delete(key);
  }
}
