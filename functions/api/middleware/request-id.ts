import { randomUUID } from 'node:crypto';
import type { ApiMiddleware } from './request-state.ts';

/** Names the request in the answer, in problems and in our log, so that support can find it. The host's id is kept. */
export function requestId(): ApiMiddleware {
  return {
    before({ event, context }) {
      const given = event.requestContext.requestId;
      context.state.requestId = /^[\w=+/.-]{8,100}$/u.test(given) ? given : randomUUID();
      context.state.address = event.requestContext.http.sourceIp;
      context.state.headers['x-request-id'] = context.state.requestId;
    },
  };
}
