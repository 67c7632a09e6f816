import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { ProblemError } from '../../../core/problem.ts';

/**
 * SQLSTATE codes by which a server says that it, not the statement, is at fault: connection exceptions (08), insufficient resources
 * (53) and operator intervention (57P). Source: appendix "PostgreSQL Error Codes" of its manual.
 */
const unavailableStates = /^(08|53|57P)/;

/** What `pg` says where no server answered: these errors carry no SQLSTATE. */
const brokenConnection =
  /connection terminated|connection timeout|timeout exceeded when trying to connect|not queryable|Query read timeout/i;
const systemErrors = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOENT|ENOTFOUND|EAI_|EACCES)/;

/** Whether the server could not be reached or asked, so that the same statement may work later. */
export function isConnectionFailure(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return unavailableStates.test(error.code ?? '');
  if (error instanceof AggregateError) return error.errors.every(isConnectionFailure);
  if (!(error instanceof Error)) return false;
  return brokenConnection.test(error.message) || systemErrors.test((error as NodeJS.ErrnoException).code ?? '');
}

/** The problem a caller is told when the database is away. The embedded server is back within a second or two. */
export function notAvailable(cause: unknown): ProblemError {
  return new ProblemError('not-available', {
    detail: 'The database cannot be reached at the moment. Try again in a few seconds.',
    retryAfter: 2,
    cause,
  });
}

/** A connection that broke is known at once; a failure that took longer is an overload, which repetition would only increase. */
const quickFailureMilliseconds = 1000;

/**
 * Does the work again, once, where the database was not available: for reads, and for writes that change nothing the second time.
 * The answer to the first attempt may have been lost after it took effect.
 */
export async function repeatable<Result>(work: () => Promise<Result>): Promise<Result> {
  const begin = performance.now();
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ProblemError) || error.type !== 'not-available') throw error;
    if (performance.now() - begin > quickFailureMilliseconds) throw error;
    await pause(100);
    return await work();
  }
}
