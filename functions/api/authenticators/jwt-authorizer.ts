import { ProblemError } from '../../../core/problem.ts';
import type { AccountStore, Membership } from '../../ports.ts';
import type { Authenticator } from '../platform.ts';
import { readBearerToken } from './bearer-token.ts';

/** Group of the user pool whose members run the platform. */
const operatorsGroup = 'operators';

export interface JwtAuthorizerOptions {
  /**
   * Makes the account of somebody who is signed in and has none: the trigger that makes it after a sign-up was lost, or an operator has
   * invited them, which calls no trigger. Where it is missing, they are refused.
   */
  makeAccount?(accessToken: string): Promise<Membership>;
}

/**
 * Authenticates by the claims of Cognito's access token, which API Gateway's JWT authorizer has checked already. The claim `sub` is the
 * user, the groups say who is an operator; role and workspace come from the account store, so a change of role takes effect with the
 * next request.
 */
export function jwtAuthorizerAuthenticator(
  accounts: Pick<AccountStore, 'findMembership'>,
  options: JwtAuthorizerOptions = {},
): Authenticator {
  return {
    async authenticate(event) {
      const claims = event.requestContext.authorizer?.jwt?.claims ?? {};
      const userId = claims.sub;
      if (typeof userId !== 'string' || claims.token_use !== 'access') {
        throw new ProblemError('not-signed-in', { detail: 'Send the access token as "Authorization: Bearer <token>".' });
      }
      const present = await accounts.findMembership(userId);
      const membership = present ?? (await options.makeAccount?.(readBearerToken(event)));
      if (membership === undefined || membership.user.id !== userId) {
        throw new ProblemError('not-signed-in', {
          detail: 'This account has no workspace here yet. Open the dashboard once, which makes it.',
        });
      }
      const { workspace, role } = membership;
      const operator = groupsOf(claims['cognito:groups']).includes(operatorsGroup);
      return { userId, workspaceId: workspace.id, role, operator };
    },
  };
}

/** API Gateway's HTTP API tells a list as text in brackets, with a space between two. */
function groupsOf(claim: unknown): string[] {
  if (Array.isArray(claim)) return claim.map(String);
  if (typeof claim !== 'string') return [];
  return claim.replace(/^\[(.*)\]$/s, '$1').split(' ');
}
