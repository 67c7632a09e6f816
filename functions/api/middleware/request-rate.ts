import { countAttempt } from '../count-attempt.ts';
import type { Platform } from '../platform.ts';
import type { ApiMiddleware } from './request-state.ts';

/** Limits how often one user may ask, whatever they ask for. Runs as soon as it is known who asks; sign-in has limits of its own. */
export function requestRate({ requestLimiter }: Platform): ApiMiddleware {
  return {
    async before({ context }) {
      const { subject } = context.state;
      if (subject !== undefined) await countAttempt(requestLimiter, subject.userId);
    },
  };
}
