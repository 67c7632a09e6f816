import { errors, importJWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { ProblemError } from '../../../core/problem.ts';
import type { AccessTokens, AccountStore, Clock, Subject } from '../../ports.ts';
import type { SigningKey } from './signing-key.ts';

const issuer = 'smartlead-mcp';
const audience = 'smartlead-mcp-api';
/** Claim that holds the workspace the user acts in. */
const workspaceClaim = 'workspace';
const lifetimeSeconds = 900;

export interface LocalAccessTokensOptions {
  signingKey: SigningKey;
  accounts: Pick<AccountStore, 'findMembership'>;
  clock: Clock;
}

/**
 * Access tokens as JSON Web Tokens. They say who and where, not what that person may do: role and operator are read when a token is
 * checked, so a role taken away is gone at once and not after fifteen minutes. This costs one indexed read for each request.
 */
export async function createLocalAccessTokens({ signingKey, accounts, clock }: LocalAccessTokensOptions): Promise<AccessTokens> {
  const { id, algorithm } = signingKey;
  const privateKey = await importJWK(signingKey.privateKey, algorithm);
  const publicKey = await importJWK(signingKey.publicKey, algorithm);

  async function readClaims(accessToken: string): Promise<JWTPayload> {
    try {
      const { payload, protectedHeader } = await jwtVerify(accessToken, publicKey, {
        issuer,
        audience,
        algorithms: [algorithm],
        currentDate: clock.now(),
        requiredClaims: ['sub', 'exp', workspaceClaim],
      });
      if (protectedHeader.kid !== id) throw notSignedIn();
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) {
        throw new ProblemError('token-expired', { detail: 'Refresh the session to get a new access token.' });
      }
      throw notSignedIn();
    }
  }

  return {
    async issue(subject) {
      const issuedAt = Math.floor(clock.now().getTime() / 1000);
      const accessToken = await new SignJWT({ [workspaceClaim]: subject.workspaceId })
        .setProtectedHeader({ alg: algorithm, kid: id, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(subject.userId)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetimeSeconds)
        .sign(privateKey);
      return { accessToken, expiresIn: lifetimeSeconds };
    },

    async verify(accessToken): Promise<Subject> {
      const { sub, [workspaceClaim]: workspaceId } = await readClaims(accessToken);
      const membership = await accounts.findMembership(String(sub), String(workspaceId));
      if (membership === undefined) throw notSignedIn();
      const { user, workspace, role } = membership;
      return { userId: user.id, workspaceId: workspace.id, role, operator: user.operator };
    },
  };
}

/** Why a token is not accepted helps only whoever made it up. */
function notSignedIn(): ProblemError {
  return new ProblemError('not-signed-in', { detail: 'Send a valid access token in the Authorization header.' });
}
