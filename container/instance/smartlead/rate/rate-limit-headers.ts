import type { AnswerHeaders } from '../rate-governor.ts';

/** What one answer says about the limit of the key. */
export interface AnnouncedLimit {
  /** Requests allowed in the window. */
  limit: number | undefined;
  /** Requests left in it. */
  remaining: number | undefined;
  /** Milliseconds until the window ends. */
  untilResetMs: number;
  /** Which window is meant. The headers do not name it. */
  window: 'second' | 'minute' | 'hour';
}

const hourMs = 3_600_000;
const minuteMs = 60_000;
const secondsMs = 2_000;

/**
 * Reads the X-RateLimit headers: requests allowed, requests left, and the Unix time in seconds of the reset. A reset within the
 * minute is taken for the minute's, a longer one for the hour's.
 * @param now Unix time in milliseconds.
 * @returns undefined where the headers are missing or make no sense.
 */
export function readRateLimitHeaders(headers: AnswerHeaders, now: number): AnnouncedLimit | undefined {
  const reset = nonNegative(headers['x-ratelimit-reset']);
  if (reset === undefined) return undefined;
  const untilResetMs = reset * 1000 - now;
  if (untilResetMs <= 0 || untilResetMs > hourMs) return undefined;
  return {
    limit: nonNegative(headers['x-ratelimit-limit']),
    remaining: nonNegative(headers['x-ratelimit-remaining']),
    untilResetMs,
    window: untilResetMs <= secondsMs ? 'second' : untilResetMs <= minuteMs ? 'minute' : 'hour',
  };
}

function nonNegative(header: string | string[] | undefined): number | undefined {
  const value = typeof header === 'string' && header.trim() !== '' ? Number(header) : Number.NaN;
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
