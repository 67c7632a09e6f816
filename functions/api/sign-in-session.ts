import { createHash, randomBytes } from 'node:crypto';
import { createIdentifier } from '../../core/identifiers.ts';
import { ProblemError } from '../../core/problem.ts';
import type { Membership, Subject } from '../ports.ts';
import { showMembership } from './people.ts';
import type { LocalSignIn, Platform } from './platform.ts';
import { refreshCookie, refreshLifetimeSeconds } from './session-cookie.ts';

/** The installation's own accounts; 404 where an identity provider signs people in. */
export function localSignIn(platform: Platform): LocalSignIn {
  if (platform.localSignIn !== null) return platform.localSignIn;
  throw new ProblemError('not-found', { detail: 'This installation signs people in through its identity provider.' });
}

/** A new refresh token: 256 random bits. Only its hash is stored. */
export function createRefreshToken(): { refreshToken: string; tokenHash: string } {
  const refreshToken = randomBytes(32).toString('base64url');
  return { refreshToken, tokenHash: hashRefreshToken(refreshToken) };
}

/** SHA-256 in hexadecimal; a random token of 256 bits needs no slow hash. */
export function hashRefreshToken(refreshToken: string): string {
  return createHash('sha256').update(refreshToken).digest('hex');
}

/** When a refresh token made now ends, ISO 8601. */
export function refreshExpiry(now: Date): string {
  return new Date(now.getTime() + refreshLifetimeSeconds * 1000).toISOString();
}

/** How long a session lives at most, however often it is refreshed, in milliseconds. */
const longestSession = 90 * 24 * 60 * 60 * 1000;

/**
 * How long a replaced refresh token may come once more, in milliseconds: because the answer with the new one was lost on its way, or
 * because two tabs asked at once. Short, because within it a copied token cannot be told from such a repetition.
 */
const replacementGrace = 10_000;

/** The times before which sessions are too old, and tokens were replaced too long ago, for a refresh made now. ISO 8601. */
export function rotationLimits(now: Date): { createdAfter: string; replacedAfter: string } {
  return {
    createdAfter: new Date(now.getTime() - longestSession).toISOString(),
    replacedAfter: new Date(now.getTime() - replacementGrace).toISOString(),
  };
}

/** Opens a session for somebody who has just proved who they are. Answers the cookie to set and the body to send. */
export async function openSession(platform: Platform, membership: Membership) {
  const now = platform.clock.now();
  const { refreshToken, tokenHash } = createRefreshToken();
  await localSignIn(platform).refreshSessions.create({
    id: createIdentifier('session', now.getTime()),
    userId: membership.user.id,
    tokenHash,
    createdAt: now.toISOString(),
    expiresAt: refreshExpiry(now),
  });
  return { cookie: refreshCookie(platform.publicUrl, refreshToken), body: await sessionBody(platform, membership) };
}

/** Body of every answer that signs somebody in. */
export async function sessionBody(platform: Platform, membership: Membership) {
  const { accessToken, expiresIn } = await localSignIn(platform).accessTokens.issue(subjectOf(membership));
  return { ...showMembership(membership), accessToken, expiresIn };
}

function subjectOf({ user, workspace, role }: Membership): Subject {
  return { userId: user.id, workspaceId: workspace.id, role, operator: user.operator };
}
