import { ProblemError } from '../../../core/problem.ts';
import type { AccountStore } from '../../ports.ts';
import type { Authenticator } from '../platform.ts';

/**
 * Authenticates by the claims that API Gateway's JWT authorizer has checked already. The claim `sub` is the user; role and
 * workspace come from the account store, so a change of role takes effect with the next request.
 */
export function jwtAuthorizerAuthenticator(accounts: Pick<AccountStore, 'findMembership'>): Authenticator {
  return {
    async authenticate(event) {
      const userId = event.requestContext.authorizer?.jwt?.claims.sub;
      if (typeof userId !== 'string') throw new ProblemError('not-signed-in');
      const membership = await accounts.findMembership(userId);
      if (membership === undefined) {
        throw new ProblemError('not-signed-in', { detail: 'This account belongs to no workspace here.' });
      }
      const { user, workspace, role } = membership;
      return { userId: user.id, workspaceId: workspace.id, role, operator: user.operator };
    },
  };
}
