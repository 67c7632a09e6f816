import type { Authenticator } from '../platform.ts';
import { type ApiMiddleware, routeOf } from './request-state.ts';

/**
 * Finds out who calls. On public routes a caller who is signed in is known too, so that the audit can name them, but credentials
 * that do not hold are no reason to refuse.
 */
export function authentication(authenticator: Authenticator): ApiMiddleware {
  return {
    async before({ event, context }) {
      if (routeOf(context).access !== 'public') {
        context.state.subject = await authenticator.authenticate(event);
        return;
      }
      if (event.headers.authorization === undefined) return;
      const subject = await authenticator.authenticate(event).catch(() => undefined);
      if (subject !== undefined) context.state.subject = subject;
    },
  };
}
