import { createAmplifyContext } from 'aws-amplify';
import { createUserPoolsTokenProvider } from 'aws-amplify/adapter-core';
import {
  confirmResetPassword,
  confirmSignIn,
  confirmSignUp,
  fetchMFAPreference,
  resendSignUpCode,
  resetPassword,
  type SignInOutput,
  setUpTOTP,
  signIn,
  signOut,
  updateMFAPreference,
  updatePassword,
  verifyTOTPSetup,
} from 'aws-amplify/auth';
import { ApiProblem } from '../api/problem.ts';
import type { AccountSelfService } from './account-self-service.ts';
import type { Credentials, SignInStep } from './auth-client.ts';
import { cognitoProblem, explained } from './cognito-problem.ts';
import { type CognitoConfiguration, type CognitoTokens, resourcesOf } from './cognito-tokens.ts';
import { MemoryStorage } from './memory-storage.ts';

interface SelfServiceOptions {
  configuration: CognitoConfiguration;
  tokens: CognitoTokens;
  /** E-mail address of whoever is signed in. */
  email(): string;
  /** Goes on from an answer of Cognito to the way in. */
  follow(output: Pick<SignInOutput, 'nextStep'>): Promise<SignInStep>;
  /** The address with the password that was given for it a moment ago, if there is one. */
  remembered(email: string): Credentials | undefined;
  enterWith(credentials: Credentials): Promise<SignInStep>;
  /** The same after the password was replaced: ends the sessions that began before. */
  enterReplacing(credentials: Credentials): Promise<SignInStep>;
  /** Told that the session is over, because its owner wants it so. */
  left(): void;
}

/** Name of the account in authenticator apps. */
const issuer = 'Smartlead MCP';

/** What people do about their accounts in a Cognito user pool. */
export function cognitoSelfService({ configuration, tokens, ...way }: SelfServiceOptions): AccountSelfService {
  const { context } = tokens;

  /** Runs it with tokens that have just been looked at: aws-amplify would refresh them by itself, but not one tab at a time. */
  function signedIn<Result>(work: () => Promise<Result>): Promise<Result> {
    return explained(async () => {
      await tokens.current();
      return work();
    });
  }

  return {
    remembersPassword: (email) => way.remembered(email) !== undefined,
    confirmAddress: ({ email, password }, code) =>
      explained(async () => {
        const credentials = password === undefined ? way.remembered(email) : { email, password };
        if (credentials === undefined) throw passwordMissing();
        await confirmSignUp(context, { username: email, confirmationCode: code });
        try {
          return await way.enterWith(credentials);
        } catch (error) {
          // The address is confirmed whatever comes of this.
          return cognitoProblem(error).type === 'wrong-credentials' ? 'other-password' : 'sign-in';
        }
      }),
    sendAddressCode: (email) =>
      explained(async () => {
        await resendSignUpCode(context, { username: email });
      }),
    answerSecondFactor: (code) => explained(async () => way.follow(await confirmSignIn(context, { challengeResponse: code }))),
    chooseFirstPassword: (password) =>
      explained(async () => way.follow(await confirmSignIn(context, { challengeResponse: password }))),
    sendPasswordCode: (email) =>
      explained(async () => {
        await resetPassword(context, { username: email });
      }),
    resetPassword: (credentials, code) =>
      explained(async () => {
        const { email, password } = credentials;
        await confirmResetPassword(context, { username: email, confirmationCode: code, newPassword: password });
        // The password is replaced whatever comes of this; the next sign-in ends the other sessions where this one could not.
        return way.enterReplacing(credentials).catch(() => 'sign-in');
      }),

    hasSecondFactor: () => signedIn(async () => (await fetchMFAPreference(context)).enabled?.includes('TOTP') ?? false),
    beginSecondFactor: () =>
      signedIn(async () => {
        const { sharedSecret, getSetupUri } = await setUpTOTP(context);
        return { secret: sharedSecret, uri: getSetupUri(issuer, way.email()).href };
      }),
    turnOnSecondFactor: (code) =>
      signedIn(async () => {
        await verifyTOTPSetup(context, { code });
        await updateMFAPreference(context, { totp: 'PREFERRED' });
      }),
    turnOffSecondFactor: (password, code) =>
      signedIn(async () => {
        await currentPasswordFrom(() => proveAgain({ email: way.email(), password, code }));
        await updateMFAPreference(context, { totp: 'DISABLED' });
      }),
    changePassword: (current, next) =>
      signedIn(() => currentPasswordFrom(() => updatePassword(context, { oldPassword: current, newPassword: next }))),
    signOutEverywhere: () =>
      explained(async () => {
        // aws-amplify keeps a failure of what follows to itself; a new token shows at least that Cognito can be reached.
        const token = await tokens.current();
        if (token !== undefined) await tokens.renewed(token);
        await signOut(context, { global: true });
        way.left();
      }),
  };

  /**
   * Signs in once more beside the session, in memory, and out again. Cognito changes the second factor for whoever has an access
   * token, and has no other operation that is documented to check a code of an app that is in use already.
   */
  async function proveAgain({ email, password, code }: { email: string; password: string; code: string }): Promise<void> {
    const resources = resourcesOf(configuration);
    const tokenProvider = createUserPoolsTokenProvider(resources.Auth, new MemoryStorage());
    const beside = createAmplifyContext(resources, { Auth: { tokenProvider } });
    const { nextStep } = await signIn(beside, { username: email, password });
    if (nextStep.signInStep !== 'CONFIRM_SIGN_IN_WITH_TOTP_CODE') throw notAsked();
    await confirmSignIn(beside, { challengeResponse: code });
    await signOut(beside);
  }
}

/** Who is signed in is known: where the password is wrong, it is the field for the current one. */
async function currentPasswordFrom<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await explained(work);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.type !== 'wrong-credentials') throw error;
    const fields = [{ path: 'currentPassword', message: 'This is not your password.' }];
    throw new ApiProblem({ type: error.type, title: 'The password is wrong', status: error.status, fields });
  }
}

function passwordMissing(): ApiProblem {
  return new ApiProblem({
    type: 'password-missing',
    title: 'The password is missing',
    status: 400,
    fields: [{ path: 'password', message: 'Enter the password that you signed up with.' }],
  });
}

function notAsked(): ApiProblem {
  return new ApiProblem({
    type: 'second-factor-off',
    title: 'The second factor is off already',
    status: 409,
    detail: 'It was turned off elsewhere. Reload the page.',
  });
}
