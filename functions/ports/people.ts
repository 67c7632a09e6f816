import type { WorkspaceRole } from '../../core/roles.ts';

export interface User {
  id: string;
  email: string;
  name: string | null;
  /** Operators run the installation: they see all tenants. */
  operator: boolean;
  createdAt: string;
}

export interface Workspace {
  id: string;
  name: string;
  createdAt: string;
}

export interface Membership {
  user: User;
  workspace: Workspace;
  role: WorkspaceRole;
}

/** Who makes a request: always a user in a workspace. */
export interface Subject {
  userId: string;
  workspaceId: string;
  role: WorkspaceRole;
  operator: boolean;
}

export interface AccountStore {
  /**
   * Creates user, workspace and owner membership together. The very first account of the installation becomes operator; two
   * sign-ups at once never make two. Rejects with ProblemError `already-exists` where the e-mail is taken, and with
   * `sign-ups-closed` where `signUpsOpen` is false and an account exists.
   */
  createAccount(account: {
    user: Omit<User, 'operator'>;
    passwordHash: string;
    workspace: Workspace;
    signUpsOpen: boolean;
  }): Promise<Membership>;
  findCredentials(email: string): Promise<{ userId: string; passwordHash: string } | undefined>;
  findMembership(userId: string, workspaceId?: string): Promise<Membership | undefined>;
  hasAccounts(): Promise<boolean>;
}

/** Accounts whose identity provider is gone: their people are known to the next one under other identifiers. */
export interface AccountRelinking {
  /**
   * Gives the account of this e-mail address, with all its workspaces, to a new user, unless the account is from this time or later, or
   * somebody else is faster. Answers whose it was; `undefined` where there is none to give. The new user's account is from `now`, so it is
   * given on to nobody.
   */
  relink(
    person: Pick<User, 'id' | 'email' | 'name'>,
    times: { before: string; now: string },
  ): Promise<{ userId: string } | undefined>;
}

export interface RefreshSession {
  /** All refresh tokens that descend from one sign-in share the session id. */
  id: string;
  userId: string;
  /** SHA-256 of the one refresh token that is valid now. */
  tokenHash: string;
  createdAt: string;
  expiresAt: string;
}

export interface RefreshRotation {
  presentedHash: string;
  nextHash: string;
  now: string;
  /** When the next hash expires. */
  expiresAt: string;
  /** Sessions that began then or earlier have lived their longest life: `unknown`. */
  createdAfter: string;
  /** A hash that was replaced after this time may come once more. */
  replacedAfter: string;
}

export type RefreshRotationOutcome =
  | { outcome: 'rotated'; session: RefreshSession }
  | { outcome: 'reused'; userId: string }
  | { outcome: 'unknown' };

export interface RefreshSessionStore {
  create(session: RefreshSession): Promise<void>;
  /**
   * Makes `nextHash` the current one, in one step. `rotated` where `presentedHash` was current; `reused` where it was current once
   * before (the whole session is then revoked); `unknown` otherwise, also when expired or revoked.
   *
   * The answer to a rotation can get lost, and two tabs can present the same token at once. So the hash that was replaced last is
   * `rotated` again where that was after `replacedAfter`. What is given out for one and the same hash are siblings: each of them
   * counts as current until one is used, which spends the others.
   */
  rotate(request: RefreshRotation): Promise<RefreshRotationOutcome>;
  /** Ends the session the hash belongs or once belonged to. Answers whose it was; `undefined` where there was none. */
  revoke(presentedHash: string): Promise<{ userId: string } | undefined>;
}

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  verify(password: string, hash: string): Promise<boolean>;
}

/** Signs and checks access tokens. On AWS the API Gateway authorizer and Cognito take this place. */
export interface AccessTokens {
  issue(subject: Subject): Promise<{ accessToken: string; expiresIn: number }>;
  /** Rejects with ProblemError `token-expired` or `not-signed-in`. */
  verify(accessToken: string): Promise<Subject>;
}

/** Somebody as an identity provider (Cognito) knows them. */
export interface Identity {
  /** Never changes, and is the identifier of the user here, too. */
  userId: string;
  email: string;
  /** Whether they have shown that the address is theirs. */
  emailVerified: boolean;
  /** As they typed it. */
  name: string | null;
}

export interface IdentityReader {
  /** Whose access token it is. Rejects with ProblemError `not-signed-in` where the provider does not take it. */
  read(accessToken: string): Promise<Identity>;
}

export interface AttemptLimiter {
  /** Counts one attempt for the key; answers how long to wait where there were too many. */
  consume(key: string): Promise<{ allowed: true } | { allowed: false; retryAfterSeconds: number }>;
  /** Forgets the attempts of the key, after a success. */
  reset(key: string): Promise<void>;
}
