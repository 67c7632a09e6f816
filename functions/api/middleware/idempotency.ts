import { createHash } from 'node:crypto';
import { ProblemError } from '../../../core/problem.ts';
import type { HandlerResult } from '../host.ts';
import type { Platform } from '../platform.ts';
import { describeError } from './describe-error.ts';
import { type ApiMiddleware, routeOf } from './request-state.ts';

/** How long an answer is remembered, in milliseconds. */
const remembered = 24 * 60 * 60 * 1000;

/**
 * Honours the header Idempotency-Key on POST: the second request with the same key gets the first one's answer and changes
 * nothing. Only successes are remembered; a request that failed changed nothing, so a retry with the same key runs again.
 * Keys belong to a workspace; the caller is part of the fingerprint, so that nobody is shown the answer to another's request.
 */
export function idempotency(platform: Platform): ApiMiddleware {
  return {
    async before({ event, context }) {
      const { state } = context;
      const key = event.headers['idempotency-key'];
      const { subject } = state;
      if (!routeOf(context).idempotent || key === undefined || subject === undefined) return;
      if (!/^[\x20-\x7e]{1,255}$/u.test(key)) {
        throw new ProblemError('invalid-input', {
          errors: [{ path: 'Idempotency-Key', message: 'must be 1 to 255 printable ASCII characters' }],
        });
      }
      const scope = subject.workspaceId;
      const now = platform.clock.now();
      const claim = await platform.idempotency.claim({
        scope,
        key,
        fingerprint: fingerprint(event.requestContext.http.method, event.rawPath, state.rawBody, subject.userId),
        now: now.toISOString(),
        expiresAt: new Date(now.getTime() + remembered).toISOString(),
      });
      switch (claim.outcome) {
        case 'claimed':
          state.idempotency = { scope, key };
          return;
        case 'replay':
          state.replay = claim.response;
          return;
        case 'in-progress':
          throw new ProblemError('idempotency-in-progress', {
            detail: 'Send the same request again in a moment.',
            retryAfter: 1,
          });
        case 'unreadable':
          throw new ProblemError('idempotency-answer-lost', {
            detail:
              'What was asked for is done and was not done again. Look it up instead of repeating the request. If its answer held a token ' +
              'that is shown once, make another one with a new Idempotency-Key and revoke the first.',
          });
        case 'mismatch':
          throw new ProblemError('idempotency-key-reused', { detail: 'Use a new key for a new request.' });
      }
    },
    async after({ context, response }) {
      const claim = context.state.idempotency;
      const result = response as HandlerResult;
      if (claim === undefined || typeof result.body !== 'string') return;
      const { statusCode: status, headers, body } = result;
      try {
        await platform.idempotency.complete(claim.scope, claim.key, { status, headers: { ...headers }, body });
      } catch (error) {
        // The change is made and the caller must hear of it; only a repetition will not be recognised.
        platform.logger.error('The answer to a request with an Idempotency-Key could not be remembered', {
          requestId: context.state.requestId,
          ...describeError(error, [context.state.rawBody, body]),
        });
      }
    },
    async onError({ context }) {
      const claim = context.state.idempotency;
      if (claim === undefined) return;
      try {
        await platform.idempotency.release(claim.scope, claim.key);
      } catch (error) {
        platform.logger.error('An Idempotency-Key could not be given free', {
          requestId: context.state.requestId,
          ...describeError(error, [context.state.rawBody]),
        });
      }
    },
  };
}

/** JSON keeps the parts apart, so that no two requests have the same fingerprint. */
function fingerprint(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
