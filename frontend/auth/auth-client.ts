import type { SessionAnswer } from '../api/contract.ts';
import type { AccessTokenSource } from '../api/http-client.ts';
import type { AccountSelfService } from './account-self-service.ts';
import type { PasswordRules } from './password-rules.ts';

/** Who is signed in. The access token is not part of it: it never leaves the auth client but in a request. */
export type Session = Omit<SessionAnswer, 'accessToken' | 'expiresIn'>;

export interface Credentials {
  email: string;
  password: string;
}

/**
 * What comes next on the way in. `done`: there is a session. `confirm-address`: the code that was mailed. `second-factor`: a code of
 * the authenticator app. `new-password`: the first password was somebody else's. `reset-password`: an operator wants another one.
 * `other-password`: the address was signed up with another password, perhaps by somebody else. `sign-in`: all is well, but the way in
 * begins anew.
 */
export type SignInStep =
  | 'done'
  | 'confirm-address'
  | 'second-factor'
  | 'new-password'
  | 'reset-password'
  | 'other-password'
  | 'sign-in';

/** How people sign in. One implementation per identity provider; the rest of the dashboard knows only this. */
export interface AuthClient extends AccessTokenSource {
  /** Who is signed in now, or `undefined`. The object stays the same until that changes. */
  session(): Session | undefined;
  /** Whether the last session ended without anybody signing out: it expired or was revoked. */
  sessionEnded(): boolean;
  /** Calls back whenever the session changes, also from another tab. Answers a function that ends it. */
  subscribe(listener: () => void): () => void;
  /** Finds the session of an earlier visit. Call once at start. Rejects with ApiProblem where the service cannot be asked. */
  restore(): Promise<void>;
  signUp(account: Credentials & { name?: string }): Promise<SignInStep>;
  signIn(credentials: Credentials): Promise<SignInStep>;
  signOut(): Promise<void>;
  /** What a new password has to have. */
  readonly passwordRules: PasswordRules;
  /** What people do about their accounts by themselves; `null` where the service keeps them and offers nothing of it. */
  readonly selfService: AccountSelfService | null;
}
