import { ProblemError, problemBody } from '../../../core/problem.ts';
import type { HandlerResult } from '../host.ts';
import type { Logger } from '../platform.ts';
import { describeError } from './describe-error.ts';
import type { ApiMiddleware, RequestContext } from './request-state.ts';

/**
 * Turns every failure into `application/problem+json` (RFC 9457). A failure that is not a ProblemError is our own mistake: the
 * caller is told only the request id, and the log gets what happened, without any text that the caller sent.
 */
export function problemDetails(logger: Logger): ApiMiddleware {
  return {
    onError(request) {
      const { context, event } = request;
      let problem: ProblemError;
      if (request.error instanceof ProblemError) {
        problem = request.error;
      } else {
        problem = new ProblemError('internal-error', {
          detail: 'Try again in a moment. If it happens again, tell the operator the request id.',
        });
        logger.error('A request failed', {
          requestId: context.state.requestId,
          operation: context.state.route?.operationId ?? null,
          ...describeError(request.error, [context.state.rawBody, event.headers.authorization, ...(event.cookies ?? [])]),
        });
      }
      request.response = problemResult(problem, context);
    },
  };
}

function problemResult(problem: ProblemError, context: RequestContext): HandlerResult {
  const headers: Record<string, string> = { 'content-type': 'application/problem+json; charset=utf-8' };
  if (problem.retryAfter !== undefined) headers['retry-after'] = String(problem.retryAfter);
  if (problem.type === 'not-signed-in') headers['www-authenticate'] = 'Bearer';
  if (problem.type === 'token-expired') headers['www-authenticate'] = 'Bearer error="invalid_token"';
  return {
    statusCode: problem.status,
    headers,
    body: JSON.stringify(problemBody(problem, `urn:smartlead-mcp:request:${context.state.requestId}`)),
    isBase64Encoded: false,
  };
}
