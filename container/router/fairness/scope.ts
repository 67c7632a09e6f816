import type { VerifiedToken } from '../token-verifier.ts';

/** Whom a limit bounds. A token can be made anew and an instance too, so the workspace is the bound that holds. */
export type Scope = 'token' | 'instance' | 'workspace';

export const scopes: readonly Scope[] = ['token', 'instance', 'workspace'];

/** The most that each may have of something. */
export type ScopeLimits = Record<Scope, number>;

/** Names the token, instance or workspace in tables that hold one kind each. */
export function keyOfScope(scope: Scope, token: VerifiedToken): string {
  if (scope === 'token') return token.hash;
  return scope === 'instance' ? token.instanceId : token.workspaceId;
}
