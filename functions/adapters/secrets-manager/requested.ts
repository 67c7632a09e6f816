import { ProblemError } from '../../../core/problem.ts';
import { isTableFailure } from '../dynamodb/request.ts';

/** Sends a request and answers its answer. Rejects with ProblemError `not-available` where the service could not be asked. */
export async function requested<Answer>(send: () => Promise<Answer>): Promise<Answer> {
  try {
    return await send();
  } catch (error) {
    // Services of AWS fail alike, whichever it is.
    if (!isTableFailure(error)) throw error;
    throw new ProblemError('not-available', {
      detail: 'Where keys are sealed cannot be reached at the moment. Try again in a few seconds.',
      retryAfter: 2,
      cause: error,
    });
  }
}

/** As {@link requested}; answers `undefined` where the service refuses with an error of one of these names. */
export async function unlessRefused<Answer>(names: readonly string[], send: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await requested(send);
  } catch (error) {
    if (error instanceof Error && names.includes(error.name)) return undefined;
    throw error;
  }
}
