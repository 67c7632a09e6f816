import { setTimeout as pause } from 'node:timers/promises';
import { ElectroError } from 'electrodb';
import { ProblemError } from '../../../core/problem.ts';

/**
 * Names of errors by which DynamoDB says that it, not the request, is at fault, after the SDK has tried again. Source: "Error handling
 * with DynamoDB" and "Common error types" of its documentation, and the SDK's own names for what happened on the way.
 */
const unavailable = new Set([
  'InternalServerError',
  'InternalFailure',
  'ServiceUnavailable',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TransactionInProgressException',
  'TransactionConflictException',
  'TimeoutError',
  'RequestTimeout',
]);
const systemErrors = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_)/;

/** Whether the table could not be reached or asked, so that the same request may work later. */
export function isTableFailure(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isTableFailure);
  if (!(error instanceof Error)) return false;
  const { code, $metadata } = error as NodeJS.ErrnoException & { $metadata?: { httpStatusCode?: number } };
  return unavailable.has(error.name) || systemErrors.test(code ?? '') || ($metadata?.httpStatusCode ?? 0) >= 500;
}

/** The problem a caller is told when the table cannot be asked. */
export function notAvailable(cause: unknown): ProblemError {
  return new ProblemError('not-available', {
    detail: 'The database cannot be reached at the moment. Try again in a few seconds.',
    retryAfter: 2,
    cause,
  });
}

/** How often a write is tried that a transaction on the same item kept out. */
export const attempts = 12;

/**
 * Waits a random while before the next attempt: 10 ms at most after the first one, then twice as long each time, 640 ms at most.
 * Random, so that rivals do not meet again.
 */
export async function pauseAfterConflict(attempt: number): Promise<void> {
  await pause(Math.random() * 10 * 2 ** Math.min(attempt, 6));
}

/**
 * Sends a request through ElectroDB and answers what it answers. A write that meets a transaction on the same item is refused by
 * DynamoDB without effect and sent again. Rejects with ProblemError `not-available` where the table could not be asked, and otherwise
 * with the SDK's own error instead of ElectroDB's wrapping, whose text repeats the request.
 */
export async function requested<Answer>(send: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      const cause = sdkError(error);
      if (attempt + 1 < attempts && cause instanceof Error && cause.name === 'TransactionConflictException') {
        await pauseAfterConflict(attempt);
        continue;
      }
      throw isTableFailure(cause) ? notAvailable(cause) : cause;
    }
  }
}

/** The SDK's error out of ElectroDB's. */
function sdkError(error: unknown): unknown {
  return error instanceof ElectroError && error.cause !== undefined ? error.cause : error;
}
