import type { FieldError } from '../../core/problem.ts';

export type UsageStep = 'minute' | 'hour' | 'day';

const day = 24 * 60 * 60 * 1000;

/** Longest period that can be read at once, in milliseconds, so that one answer stays of a bearable size. */
const longestRange: Record<UsageStep, { milliseconds: number; words: string }> = {
  minute: { milliseconds: 2 * day, words: '2 days' },
  hour: { milliseconds: 93 * day, words: '93 days' },
  day: { milliseconds: 732 * day, words: '2 years' },
};

/**
 * The period a usage question covers: from (inclusive) to (exclusive), ISO 8601 in UTC. Without `to` it ends now, without `from`
 * it begins 24 hours before its end.
 */
export function usageRange(
  asked: { from?: string | undefined; to?: string | undefined; step: UsageStep },
  now: Date,
): { from: string; to: string } | { errors: FieldError[] } {
  const to = asked.to === undefined ? now : new Date(asked.to);
  const from = asked.from === undefined ? new Date(to.getTime() - day) : new Date(asked.from);
  const length = to.getTime() - from.getTime();
  if (length <= 0) return { errors: [{ path: 'from', message: 'must be before "to"' }] };
  const { milliseconds, words } = longestRange[asked.step];
  if (length > milliseconds) {
    return { errors: [{ path: 'from', message: `must be at most ${words} before "to" where step is "${asked.step}"` }] };
  }
  return { from: from.toISOString(), to: to.toISOString() };
}
