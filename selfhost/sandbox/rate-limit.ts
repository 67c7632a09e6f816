import type { Tier } from './api-key.ts';

interface Window {
  lengthMs: number;
  limit: number;
  startedAt: number;
  used: number;
}

/** What a request is told: counts of the window that matters to it. Times in milliseconds. */
export interface RateLimitVerdict {
  allowed: boolean;
  limit: number;
  remaining: number;
  resetsAt: number;
  retryAfterSeconds: number;
}

/** Requests allowed per second, minute and hour. Source: Smartlead's rate limit guide, June 2026. */
export const rateLimits: Record<Tier, { perSecond: number; perMinute: number; perHour: number }> = {
  standard: { perSecond: 10, perMinute: 60, perHour: 1000 },
  pro: { perSecond: 20, perMinute: 120, perHour: 3000 },
};

/**
 * Counts the requests of one key over all hosts in three windows, each of which begins with the first request in it. A refused
 * request is not counted. The verdict speaks of the minute, or of the exhausted window that frees last.
 */
export class RateLimit {
  readonly #minute: Window;
  readonly #windows: Window[];

  constructor(tier: Tier) {
    const limits = rateLimits[tier];
    this.#minute = { lengthMs: 60_000, limit: limits.perMinute, startedAt: Number.NEGATIVE_INFINITY, used: 0 };
    this.#windows = [
      { lengthMs: 1000, limit: limits.perSecond, startedAt: Number.NEGATIVE_INFINITY, used: 0 },
      this.#minute,
      { lengthMs: 3_600_000, limit: limits.perHour, startedAt: Number.NEGATIVE_INFINITY, used: 0 },
    ];
  }

  consume(now: number): RateLimitVerdict {
    for (const window of this.#windows) {
      if (now < window.startedAt || now >= window.startedAt + window.lengthMs) {
        window.startedAt = now;
        window.used = 0;
      }
    }
    const exhausted = this.#windows.findLast((window) => window.used >= window.limit);
    if (exhausted === undefined) for (const window of this.#windows) window.used += 1;
    const told = exhausted ?? this.#minute;
    const resetsAt = told.startedAt + told.lengthMs;
    return {
      allowed: exhausted === undefined,
      limit: told.limit,
      remaining: told.limit - told.used,
      resetsAt,
      retryAfterSeconds: Math.max(1, Math.ceil((resetsAt - now) / 1000)),
    };
  }
}

/** The documented body of a 429. */
export function rateLimitBody(retryAfterSeconds: number) {
  const message = `Too many requests. Please retry after ${retryAfterSeconds} seconds.`;
  return { error: { code: 'RATE_LIMIT_EXCEEDED', message, retry_after: retryAfterSeconds } };
}
