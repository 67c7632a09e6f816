import { type AmplifyContext, createAmplifyContext } from 'aws-amplify';
import { signOut } from 'aws-amplify/auth';
import { AUTH_KEY_PREFIX, cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import type { SignInConfiguration } from '../app/configuration.ts';
import { cognitoProblem } from './cognito-problem.ts';
import { createStorageLock } from './storage-lock.ts';

export type CognitoConfiguration = Extract<SignInConfiguration, { kind: 'cognito' }>;

/** What aws-amplify has to know of the user pool. */
export function resourcesOf({ userPoolId, clientId, endpoint }: CognitoConfiguration) {
  return {
    Auth: {
      Cognito: {
        userPoolId,
        userPoolClientId: clientId,
        loginWith: { email: true },
        ...(endpoint !== undefined && { userPoolEndpoint: endpoint }),
      },
    },
  };
}

/** Clocks of browsers and of AWS differ a little, and a request takes its time. */
const earlyMilliseconds = 5000;

/**
 * The tokens of the session, kept by aws-amplify in localStorage. Not in sessionStorage: that belongs to one tab, so a second tab or
 * a bookmark would ask for the password again, and it is no safer, because a script that reads the one reads the other. Against such
 * scripts stands the content security policy; what a stolen token is worth is bounded by its quarter of an hour, and a refresh token
 * is good for one use: its second use, ten seconds later, ends the session.
 */
export class CognitoTokens {
  readonly context: AmplifyContext;
  /** Refreshing replaces the refresh token, so one tab at a time does it; the others then find the new ones in the storage. */
  readonly #lock = createStorageLock('smartlead-mcp-refresh', localStorage);
  #token: { text: string; expiresAt: number } | undefined;

  readonly #clientId: string;

  constructor(configuration: CognitoConfiguration) {
    this.#clientId = configuration.clientId;
    // aws-amplify's provider for pages with one global context listens to the storage as soon as it is loaded, and fails without one.
    cognitoUserPoolsTokenProvider.teardownNotify();
    this.context = createAmplifyContext(resourcesOf(configuration));
  }

  /** Of this tab, whatever its age. */
  get known(): string | undefined {
    return this.#token?.text;
  }

  /** Whether somebody is signed in as far as this browser knows, without asking anybody. */
  get areKept(): boolean {
    return localStorage.getItem(`${AUTH_KEY_PREFIX}.${this.#clientId}.LastAuthUser`) !== null;
  }

  /** An access token that has not expired; `undefined` where there is no session. Rejects with ApiProblem where Cognito gives no answer. */
  async current(): Promise<string | undefined> {
    if (this.#token !== undefined && this.#token.expiresAt - Date.now() > earlyMilliseconds) return this.#token.text;
    return this.#read(undefined);
  }

  /** A newer one than the one given. */
  renewed(stale: string): Promise<string | undefined> {
    return this.#read(stale);
  }

  /** Forgets them, here and in the storage, and tells Cognito that the refresh token is spent. */
  async drop(): Promise<void> {
    this.#token = undefined;
    await this.#lock(() => signOut(this.context));
  }

  /** The same, and has Cognito end every other session of the account. */
  async dropEverywhere(): Promise<void> {
    this.#token = undefined;
    await this.#lock(() => signOut(this.context, { global: true }));
  }

  forget(): void {
    this.#token = undefined;
  }

  async #read(stale: string | undefined): Promise<string | undefined> {
    try {
      return await this.#lock(async () => {
        // aws-amplify refreshes what has expired, by the clock of AWS as far as it knows it.
        let tokens = await this.context.getTokens({});
        if (stale !== undefined && tokens?.accessToken.toString() === stale) {
          tokens = await this.context.getTokens({ forceRefresh: true });
        }
        const access = tokens?.accessToken;
        this.#token = access && { text: access.toString(), expiresAt: (access.payload.exp ?? 0) * 1000 };
        return this.#token?.text;
      });
    } catch (error) {
      if (!endsSession(error)) throw cognitoProblem(error);
      this.#token = undefined;
      return undefined;
    }
  }
}

/** Errors with which a refresh token is refused for good; aws-amplify has then removed the tokens. */
function endsSession(error: unknown): boolean {
  const name = error instanceof Error ? error.name : '';
  return [
    'NotAuthorizedException',
    'RefreshTokenReuseException',
    'TokenRevokedException',
    'UserNotFoundException',
    'PasswordResetRequiredException',
    'UserNotConfirmedException',
    // Kept tokens without a refresh token, as an interrupted sign-out leaves them.
    'UserUnAuthenticatedException',
  ].includes(name);
}
