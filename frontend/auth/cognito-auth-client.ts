import { type SignInOutput, signIn, signUp } from 'aws-amplify/auth';
import type { SessionAnswer } from '../api/contract.ts';
import { send } from '../api/http-client.ts';
import { ApiProblem, problemOf } from '../api/problem.ts';
import type { AuthClient, Credentials, Session, SignInStep } from './auth-client.ts';
import { explained } from './cognito-problem.ts';
import { cognitoSelfService } from './cognito-self-service.ts';
import { type CognitoConfiguration, CognitoTokens } from './cognito-tokens.ts';
import { createSessionState } from './session-state.ts';

type Change = 'entered' | 'left' | 'ended';

/**
 * Accounts in an Amazon Cognito user pool. The password never leaves the browser (SRP); the API gets the access token, and says who
 * its owner is. Tabs share the tokens and tell each other when somebody comes or goes.
 * @param apiUrl Base of the API.
 */
export function createCognitoAuthClient(apiUrl: string, configuration: CognitoConfiguration): AuthClient {
  const tokens = new CognitoTokens(configuration);
  const { context } = tokens;
  const state = createSessionState();
  const channel = new BroadcastChannel('smartlead-mcp-session');
  /** Kept until the address is confirmed, so that nobody has to type the password again. */
  let pending: Credentials | undefined;
  /** Of a password that was just replaced: whoever signs in with them ends the sessions that began before. */
  let replaced: Credentials | undefined;

  channel.addEventListener('message', ({ data }: MessageEvent<Change>) => {
    if (data === 'entered') return void restore().catch(() => undefined);
    tokens.forget();
    state.change(undefined, data === 'ended' ? 'ended' : undefined);
  });

  function leave(why: 'left' | 'ended'): void {
    if (state.session() === undefined) return;
    tokens.forget();
    state.change(undefined, why === 'ended' ? 'ended' : undefined);
    channel.postMessage(why satisfies Change);
  }

  /** Asks the API whose token it is. `undefined` where it takes the token for nobody's. */
  async function membership(token: string): Promise<Session | undefined> {
    const response = await send(`${apiUrl}/v1/me`, { headers: { authorization: `Bearer ${token}` } });
    if (response.status === 401) return undefined;
    if (!response.ok) throw await problemOf(response);
    const { user, workspace, role } = (await response.json()) as SessionAnswer;
    return { user, workspace, role };
  }

  async function restore(): Promise<void> {
    const wereKept = tokens.areKept;
    const token = await tokens.current();
    if (token === undefined) return state.change(undefined, wereKept ? 'ended' : undefined);
    let session = await membership(token).catch(ignoringRefusal);
    if (session === undefined) {
      // It may be older than this browser's clock says; a new one tells.
      const renewed = await tokens.renewed(token);
      session = renewed === undefined ? undefined : await membership(renewed).catch(ignoringRefusal);
    }
    if (session === undefined) await tokens.drop();
    state.change(session, 'ended');
  }

  /** After Cognito has let somebody in. */
  async function enter(): Promise<SignInStep> {
    pending = undefined;
    tokens.forget();
    try {
      const token = await tokens.current();
      const session = token === undefined ? undefined : await membership(token);
      if (session === undefined) throw noWorkspace();
      state.change(session);
    } catch (error) {
      // Half signed in is not signed in; and the next attempt begins anew.
      await tokens.drop();
      throw error;
    }
    channel.postMessage('entered' satisfies Change);
    return 'done';
  }

  async function follow({ nextStep }: Pick<SignInOutput, 'nextStep'>): Promise<SignInStep> {
    switch (nextStep.signInStep) {
      case 'DONE':
        return replaced === undefined ? enter() : enterAlone(replaced);
      case 'CONFIRM_SIGN_UP':
        return 'confirm-address';
      case 'CONFIRM_SIGN_IN_WITH_TOTP_CODE':
        return 'second-factor';
      case 'CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED':
        return 'new-password';
      case 'RESET_PASSWORD':
        return 'reset-password';
      default:
        throw new ApiProblem({
          type: 'unknown-step',
          title: 'This account signs in differently',
          status: 400,
          detail: `The dashboard does not know the step ${nextStep.signInStep}. Ask the operators of this service.`,
        });
    }
  }

  /** Ends all sessions, the one that has just begun, too, and signs in anew: Cognito cannot end just the others. */
  async function enterAlone(credentials: Credentials): Promise<SignInStep> {
    await tokens.dropEverywhere();
    replaced = undefined;
    const step = await enterWith(credentials);
    // Codes of authenticator apps are good for one sign-in, and that was the one before.
    return step === 'second-factor' ? 'sign-in' : step;
  }

  async function enterWith({ email, password }: Credentials): Promise<SignInStep> {
    if (replaced !== undefined) replaced = replaced.email === email ? { email, password } : undefined;
    // What an interrupted visit has left behind would stand in the way.
    if ((await tokens.current()) !== undefined) await tokens.drop();
    const step = await follow(await signIn(context, { username: email, password }));
    if (step === 'confirm-address') pending = { email, password };
    return step;
  }

  return {
    ...state,
    restore: () => explained(restore),
    signUp: ({ email, password, name }) =>
      explained(async () => {
        const attributes = { email, ...(name !== undefined && { name }) };
        const { nextStep } = await signUp(context, { username: email, password, options: { userAttributes: attributes } });
        if (nextStep.signUpStep === 'DONE') return enterWith({ email, password });
        pending = { email, password };
        return 'confirm-address';
      }),
    signIn: (credentials) => explained(() => enterWith(credentials)),
    signOut: async () => {
      await tokens.drop();
      leave('left');
    },
    accessToken: () => endingWithTokens(() => tokens.current()),
    renew: (staleToken) => endingWithTokens(() => tokens.renewed(staleToken)),
    refused: (token) => {
      if (tokens.known !== token) return;
      void tokens.drop();
      leave('ended');
    },
    // Those of the user pool in infra/stacks/auth.ts, which has the last word.
    passwordRules: { shortest: 12, kinds: ['upper', 'lower', 'digit'] },
    selfService: cognitoSelfService({
      configuration,
      tokens,
      follow,
      email: () => state.session()?.user.email ?? '',
      remembered: (email) => (pending?.email === email ? pending : undefined),
      enterWith,
      enterReplacing: (credentials) => {
        replaced = credentials;
        return enterWith(credentials);
      },
      left: () => leave('left'),
    }),
  };

  /** Where Cognito gives no new token any more, the session is over for the screens, too. */
  async function endingWithTokens(ask: () => Promise<string | undefined>): Promise<string | undefined> {
    if (state.session() === undefined) return undefined;
    const token = await ask();
    if (token === undefined) leave('ended');
    return token;
  }
}

/** An account that the API does not let in has no session to restore; signing in again says why. */
function ignoringRefusal(error: unknown): undefined {
  if (error instanceof ApiProblem && error.status === 403) return undefined;
  throw error;
}

function noWorkspace(): ApiProblem {
  return new ApiProblem({
    type: 'no-workspace',
    title: 'This account has no workspace here',
    status: 403,
    detail: 'Try again in a minute; if that does not help, ask the operators of this service.',
  });
}
