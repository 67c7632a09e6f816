import { ProblemError } from '../../../core/problem.ts';
import type { AccessTokens } from '../../ports.ts';
import type { ApiEvent } from '../host.ts';
import type { Authenticator } from '../platform.ts';

/** Authenticates by `Authorization: Bearer <access token>` (RFC 6750), checked here. For hosts without an authorizer in front. */
export function bearerTokenAuthenticator(accessTokens: AccessTokens): Authenticator {
  return { authenticate: async (event) => accessTokens.verify(readBearerToken(event)) };
}

/** The access token of a request. Throws ProblemError `not-signed-in` where it has none. */
export function readBearerToken(event: ApiEvent): string {
  const token = /^Bearer +(\S+) *$/iu.exec(event.headers.authorization ?? '')?.[1];
  if (token === undefined) {
    throw new ProblemError('not-signed-in', { detail: 'Send the access token as "Authorization: Bearer <token>".' });
  }
  return token;
}
