import { isRead } from '../catalogue/catalogue.ts';
import type { Operation } from '../catalogue/operation.ts';
import { type ErrorCode, SmartleadError } from './smartlead-error.ts';

/** Failures after which the same call is worth another attempt. */
const repeatable: ReadonlySet<ErrorCode> = new Set(['smartlead_rate_limited', 'smartlead_unavailable', 'smartlead_unreachable']);
const mostAttempts = 3;

/**
 * Whether a call of the operation may be repeated without anybody asking: reads, and writes that leave the same state however often
 * they are made. Those that send or destroy are not among them, idempotent or not: meanwhile somebody may have paused the campaign
 * that a repeated start would start again.
 */
export function isRepeatedByItself(operation: Operation): boolean {
  if (isRead(operation)) return true;
  return operation.idempotent && operation.effects.every((effect) => effect === 'write');
}

/** Milliseconds to wait before the next attempt, or undefined where there must not be one. @param deadline Unix time in milliseconds. */
export function pauseBeforeRepeating(error: SmartleadError, attempt: number, deadline: number): number | undefined {
  if (attempt >= mostAttempts || !isPassing(error)) return undefined;
  const { retryAfter } = error;
  const pause = retryAfter === undefined ? 250 * 2 ** attempt * (0.5 + Math.random()) : retryAfter * 1000;
  return Date.now() + pause + 1_000 > deadline ? undefined : pause;
}

function isPassing(error: SmartleadError): boolean {
  // Nothing was sent because the host is known to be down; waiting here would only hide that.
  if (error.code === 'smartlead_unavailable' && error.requestLeft === false) return false;
  if (error.code !== 'outcome_unknown') return repeatable.has(error.code);
  // A slow answer is not made faster by asking again, nor a broken one whole.
  return error.cause instanceof SmartleadError && repeatable.has(error.cause.code);
}
