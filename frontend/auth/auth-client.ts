import type { SessionAnswer } from '../api/contract.ts';

/** Who is signed in. The access token is not part of it: it never leaves the auth client but in a request. */
export type Session = Omit<SessionAnswer, 'accessToken' | 'expiresIn'>;

export interface Credentials {
  email: string;
  password: string;
}

/** How people sign in. One implementation per identity provider; the rest of the dashboard knows only this. */
export interface AuthClient {
  /** Who is signed in now, or `undefined`. The object stays the same until that changes. */
  session(): Session | undefined;
  /** Calls back whenever the session changes, also from another tab. Answers a function that ends it. */
  subscribe(listener: () => void): () => void;
  /** Finds the session of an earlier visit. Call once at start. Rejects with ApiProblem where the service cannot be asked. */
  restore(): Promise<void>;
  signUp(account: Credentials & { name?: string }): Promise<void>;
  signIn(credentials: Credentials): Promise<void>;
  signOut(): Promise<void>;
  accessToken(): string | undefined;
  /** Answers a token newer than the given one; `undefined`, and no session any more, where the user has to sign in again. */
  renew(staleToken: string): Promise<string | undefined>;
}
