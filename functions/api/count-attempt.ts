import { ProblemError } from '../../core/problem.ts';
import type { AttemptLimiter } from '../ports.ts';

/** Counts one attempt. Rejects with ProblemError `rate-limited`, which says how long to wait, where there were too many. */
export async function countAttempt(limiter: AttemptLimiter | undefined, key: string): Promise<void> {
  const attempt = await limiter?.consume(key);
  if (attempt === undefined || attempt.allowed) return;
  throw new ProblemError('rate-limited', {
    detail: `Wait ${attempt.retryAfterSeconds} seconds, then try again.`,
    retryAfter: attempt.retryAfterSeconds,
  });
}
