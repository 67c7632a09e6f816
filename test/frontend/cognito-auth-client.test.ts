import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { AccountSelfService } from '../../frontend/auth/account-self-service.ts';
import type { AuthClient } from '../../frontend/auth/auth-client.ts';
import { createCognitoAuthClient } from '../../frontend/auth/cognito-auth-client.ts';

const pool = vi.hoisted(() => {
  interface Account {
    password: string;
    isConfirmed: boolean;
    hasSecondFactor: boolean;
    /** Sessions of other browsers. */
    elsewhere: string[];
  }
  const accounts = new Map<string, Account>();
  /** What happened, in order. */
  const events: string[] = [];
  /** Whose tokens this browser holds, who is asked for the second factor, and whether Cognito cannot be reached. */
  const browser: { holder?: string | undefined; asked?: string; isOffline: boolean } = { isOffline: false };
  const refusal = (name: string, message: string) => Object.assign(new Error(message), { name });
  const accountOf = (email: string): Account => {
    const account = accounts.get(email);
    if (account === undefined) throw refusal('UserNotFoundException', 'no such user');
    return account;
  };
  return { accounts, events, browser, refusal, accountOf };
});

vi.mock('aws-amplify/auth', () => ({
  signUp: async (_context: unknown, { username, password }: { username: string; password: string }) => {
    if (pool.accounts.has(username)) throw pool.refusal('UsernameExistsException', 'exists');
    pool.accounts.set(username, { password, isConfirmed: false, hasSecondFactor: false, elsewhere: [] });
    return { nextStep: { signUpStep: 'CONFIRM_SIGN_UP' } };
  },
  confirmSignUp: async (_context: unknown, { username, confirmationCode }: { username: string; confirmationCode: string }) => {
    if (confirmationCode !== '123456') throw pool.refusal('CodeMismatchException', 'wrong code');
    pool.accountOf(username).isConfirmed = true;
    pool.events.push('confirmed');
  },
  signIn: async (_context: unknown, { username, password }: { username: string; password: string }) => {
    if (pool.browser.isOffline) throw pool.refusal('NetworkError', 'away');
    const account = pool.accountOf(username);
    if (account.password !== password) throw pool.refusal('NotAuthorizedException', 'Incorrect username or password.');
    if (!account.isConfirmed) return { nextStep: { signInStep: 'CONFIRM_SIGN_UP' } };
    if (account.hasSecondFactor) {
      pool.browser.asked = username;
      return { nextStep: { signInStep: 'CONFIRM_SIGN_IN_WITH_TOTP_CODE' } };
    }
    pool.browser.holder = username;
    pool.events.push('signed in');
    return { nextStep: { signInStep: 'DONE' } };
  },
  confirmSignIn: async () => {
    pool.browser.holder = pool.browser.asked;
    pool.events.push('signed in');
    return { nextStep: { signInStep: 'DONE' } };
  },
  confirmResetPassword: async (_context: unknown, { username, newPassword }: { username: string; newPassword: string }) => {
    pool.accountOf(username).password = newPassword;
    pool.events.push('password replaced');
  },
}));

vi.mock('../../frontend/auth/cognito-tokens.ts', () => ({
  CognitoTokens: class {
    context = {};
    areKept = false;
    known: string | undefined;
    current = async () => pool.browser.holder && `token of ${pool.browser.holder}`;
    renewed = async () => undefined;
    forget = () => undefined;
    drop = async () => {
      pool.browser.holder = undefined;
    };
    dropEverywhere = async () => {
      if (pool.browser.holder !== undefined) pool.accountOf(pool.browser.holder).elsewhere = [];
      pool.browser.holder = undefined;
      pool.events.push('signed out everywhere');
    };
  },
}));

const email = 'victim@example.com';
const own = 'Correct horse 9 battery';
const foreign = 'Mallory knows 1 this';

function open(): { auth: AuthClient; account: AccountSelfService } {
  const auth = createCognitoAuthClient('', { kind: 'cognito', userPoolId: 'eu-central-1_x', clientId: 'client' } as never);
  if (auth.selfService === null) throw new Error('Cognito offers self-service');
  return { auth, account: auth.selfService };
}

beforeEach(() => {
  pool.accounts.clear();
  pool.events.length = 0;
  pool.browser.holder = undefined;
  const session = { user: { id: 'usr_1', email, name: null }, workspace: { id: 'wsp_1', name: 'W' }, role: 'owner' };
  vi.stubGlobal('fetch', async () => {
    pool.events.push('asked the API');
    return Response.json(session);
  });
});

describe('confirming an address', () => {
  it('needs no other password in the tab in which somebody has just signed up', async () => {
    const { auth, account } = open();
    expect(await auth.signUp({ email, password: own })).toBe('confirm-address');
    expect(account.remembersPassword(email)).toBe(true);
    expect(await account.confirmAddress({ email }, '123456')).toBe('done');
    expect(auth.session()?.user.email).toBe(email);
    expect(account.remembersPassword(email)).toBe(false);
  });

  it('is not done by the code alone', async () => {
    await open().auth.signUp({ email, password: foreign });
    const { account } = open();
    expect(account.remembersPassword(email)).toBe(false);
    await expect(account.confirmAddress({ email }, '123456')).rejects.toMatchObject({ type: 'password-missing' });
    expect(pool.accounts.get(email)?.isConfirmed).toBe(false);
  });

  it('tells of a password that is somebody else’s before the API hears of anybody', async () => {
    await open().auth.signUp({ email, password: foreign });
    const { auth, account } = open();
    expect(await account.confirmAddress({ email, password: own }, '123456')).toBe('other-password');
    expect(auth.session()).toBeUndefined();
    expect(pool.events).toEqual(['confirmed']);
  });

  it('signs in where the password is known again', async () => {
    await open().auth.signUp({ email, password: own });
    const { auth, account } = open();
    expect(await account.confirmAddress({ email, password: own }, '123456')).toBe('done');
    expect(auth.session()?.user.email).toBe(email);
  });
});

describe('a replaced password', () => {
  const arranged = (hasSecondFactor: boolean) =>
    pool.accounts.set(email, { password: foreign, isConfirmed: true, hasSecondFactor, elsewhere: ["Mallory's"] });

  it('ends the sessions that began with the one before, and signs in, before the API is asked for anything', async () => {
    arranged(false);
    const { auth, account } = open();
    expect(await account.resetPassword({ email, password: own }, '123456')).toBe('done');
    expect(pool.events).toEqual(['password replaced', 'signed in', 'signed out everywhere', 'signed in', 'asked the API']);
    expect(pool.accounts.get(email)?.elsewhere).toEqual([]);
    expect(auth.session()?.user.email).toBe(email);
  });

  it('does so after the second factor, whose code is good for that alone', async () => {
    arranged(true);
    const { auth, account } = open();
    expect(await account.resetPassword({ email, password: own }, '123456')).toBe('second-factor');
    expect(await account.answerSecondFactor('654321')).toBe('sign-in');
    expect(pool.accounts.get(email)?.elsewhere).toEqual([]);
    expect(auth.session()).toBeUndefined();
    expect(await auth.signIn({ email, password: own })).toBe('second-factor');
    expect(await account.answerSecondFactor('654322')).toBe('done');
    expect(pool.events.filter((event) => event === 'signed out everywhere')).toHaveLength(1);
  });

  it('does so at the next sign-in where Cognito could not be reached for this one', async () => {
    arranged(false);
    const { auth, account } = open();
    pool.browser.isOffline = true;
    expect(await account.resetPassword({ email, password: own }, '123456')).toBe('sign-in');
    expect(pool.accounts.get(email)?.elsewhere).toEqual(["Mallory's"]);
    pool.browser.isOffline = false;
    expect(await auth.signIn({ email, password: own })).toBe('done');
    expect(pool.accounts.get(email)?.elsewhere).toEqual([]);
  });
});
