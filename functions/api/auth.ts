import { z } from 'zod';
import { createIdentifier } from '../../core/identifiers.ts';
import { ProblemError } from '../../core/problem.ts';
import { newAccount, normalizeEmail, passwordLength, passwordRefusal } from '../domain/accounts.ts';
import { networkOf } from '../domain/attempt-subject.ts';
import { isSameOrigin } from '../domain/same-origin.ts';
import { countAttempt } from './count-attempt.ts';
import { nameField } from './fields.ts';
import { membershipAnswer } from './people.ts';
import type { Platform } from './platform.ts';
import { type ApiResource, defineRoute } from './route.ts';
import { clearedRefreshCookie, refreshCookie, refreshCookieName } from './session-cookie.ts';
import {
  createRefreshToken,
  hashRefreshToken,
  localSignIn,
  openSession,
  refreshExpiry,
  rotationLimits,
  sessionBody,
} from './sign-in-session.ts';

const emailField = z
  .string()
  .overwrite(normalizeEmail)
  .max(254)
  .regex(z.regexes.email, 'must be an e-mail address')
  .meta({ format: 'email', example: 'ada@example.com' });

const passwordField = z
  .string()
  .min(passwordLength.minimum)
  .max(passwordLength.maximum)
  .refine((password) => password.isWellFormed(), 'must be well-formed text')
  .meta({ format: 'password', example: 'a long pass phrase' });

const sessionAnswer = z
  .object({
    ...membershipAnswer.shape,
    accessToken: z.string(),
    expiresIn: z.int().meta({ description: 'Seconds until the access token expires.' }),
  })
  .meta({ id: 'Session' });

const signUp = defineRoute({
  method: 'POST',
  path: '/v1/auth/sign-up',
  operationId: 'signUp',
  summary: 'Create an account and its workspace',
  description: 'The first account of an installation becomes its operator. Sets the cookie `refresh_token`.',
  access: 'public',
  idempotent: false,
  body: z.strictObject({ email: emailField, password: passwordField, name: nameField.nullable().optional() }),
  response: { status: 201, description: 'The account was created and is signed in.', schema: sessionAnswer },
  problems: ['already-exists', 'sign-ups-closed', 'rate-limited'],
  auditAction: 'account.sign-up',
  async handle({ platform, body, address, audit, setCookies }) {
    const { attempts, passwordHasher } = localSignIn(platform);
    const { email, password } = body;
    audit.details = { email };
    const refusal = passwordRefusal(password, email);
    if (refusal !== undefined) throw new ProblemError('invalid-input', { errors: [{ path: 'password', message: refusal }] });
    await countAttempt(attempts.signUpByAddress, networkOf(address));
    const { signUpsOpen } = platform.settings;
    // Asked before hashing too, because hashing is slow on purpose; the store decides in the end.
    if (!signUpsOpen && (await platform.accounts.hasAccounts())) throw signUpsClosed();

    const now = platform.clock.now();
    const membership = await platform.accounts.createAccount({
      ...newAccount({ id: createIdentifier('user', now.getTime()), email, name: body.name ?? null }, now),
      passwordHash: await passwordHasher.hash(password),
      signUpsOpen,
    });
    audit.actor = `user:${membership.user.id}`;
    audit.target = membership.user.id;
    audit.workspaceId = membership.workspace.id;
    const session = await openSession(platform, membership);
    setCookies.push(session.cookie);
    return { body: session.body };
  },
});

const signIn = defineRoute({
  method: 'POST',
  path: '/v1/auth/sign-in',
  operationId: 'signIn',
  summary: 'Sign in',
  description: 'Sets the cookie `refresh_token`.',
  access: 'public',
  idempotent: false,
  // The password rules may change; whoever has an older password must still be able to sign in.
  body: z.strictObject({ email: emailField, password: z.string().min(1).max(1000).meta({ format: 'password' }) }),
  response: { status: 200, description: 'Signed in.', schema: sessionAnswer },
  problems: ['wrong-credentials', 'rate-limited'],
  auditAction: 'account.sign-in',
  async handle({ platform, body, address, audit, setCookies }) {
    const { attempts, passwordHasher } = localSignIn(platform);
    const { email, password } = body;
    audit.details = { email };
    const network = networkOf(address);
    const accountFromNetwork = `${network} ${email}`;
    await countAttempt(attempts.signInByAddress, network);
    await countAttempt(attempts.signInByAccount, accountFromNetwork);
    await countAttempt(attempts.signInByAccountFromEverywhere, email);

    // The same work is done whether or not the account exists, so that the time taken does not tell.
    const credentials = await platform.accounts.findCredentials(email);
    const membership = await platform.accounts.findMembership(credentials?.userId ?? 'usr_absent');
    const matches = await passwordHasher.verify(password, credentials?.passwordHash ?? (await absentAccountHash(platform)));
    if (membership !== undefined) {
      audit.actor = matches ? `user:${membership.user.id}` : 'anonymous';
      audit.target = membership.user.id;
      audit.workspaceId = membership.workspace.id;
    }
    if (!matches || membership === undefined) {
      throw new ProblemError('wrong-credentials', {
        detail: 'Check both and try again. After several failures you have to wait.',
      });
    }
    await attempts.signInByAccount.reset(accountFromNetwork);
    const session = await openSession(platform, membership);
    setCookies.push(session.cookie);
    return { body: session.body };
  },
});

const refresh = defineRoute({
  method: 'POST',
  path: '/v1/auth/refresh',
  operationId: 'refreshSession',
  summary: 'Exchange the refresh cookie for a new access token',
  description:
    'The cookie `refresh_token` is replaced at each use. Using an old one again later than ten seconds after it was replaced ends the whole session, because it was copied. A session ends 90 days after its sign-in.',
  access: 'public',
  idempotent: false,
  response: { status: 200, description: 'A new access token.', schema: sessionAnswer },
  problems: ['not-signed-in', 'not-allowed'],
  async handle({ platform, headers, cookies, setCookies, record }) {
    const { refreshSessions } = localSignIn(platform);
    refuseOtherOrigins(headers, platform.publicUrl);
    const presented = cookies[refreshCookieName];
    if (presented === undefined || presented === '') throw new ProblemError('not-signed-in', { detail: 'There is no session.' });

    const now = platform.clock.now();
    const next = createRefreshToken();
    const rotation = await refreshSessions.rotate({
      presentedHash: hashRefreshToken(presented),
      nextHash: next.tokenHash,
      expiresAt: refreshExpiry(now),
      now: now.toISOString(),
      ...rotationLimits(now),
    });
    // Sent with a failure too: the token in the browser is spent from here on, whatever happens to the rest of this request.
    if (rotation.outcome === 'rotated') setCookies.push(refreshCookie(platform.publicUrl, next.refreshToken));
    const userId =
      rotation.outcome === 'rotated' ? rotation.session.userId : rotation.outcome === 'reused' ? rotation.userId : null;
    const membership = userId === null ? undefined : await platform.accounts.findMembership(userId);
    if (rotation.outcome !== 'rotated' || membership === undefined) {
      setCookies.splice(0, Infinity, clearedRefreshCookie(platform.publicUrl));
      if (rotation.outcome === 'reused') {
        await record({
          action: 'session.reuse',
          outcome: 'refused',
          target: rotation.userId,
          workspaceId: membership?.workspace.id ?? null,
          details: { consequence: 'session revoked' },
        });
      }
      throw new ProblemError('not-signed-in', { detail: 'The session has ended. Sign in again.' });
    }
    return { body: await sessionBody(platform, membership) };
  },
});

const signOut = defineRoute({
  method: 'POST',
  path: '/v1/auth/sign-out',
  operationId: 'signOut',
  summary: 'End the session of the refresh cookie',
  description: 'Access tokens that were issued already stay valid until they expire.',
  access: 'public',
  idempotent: false,
  response: { status: 204, description: 'Signed out. Also where there was no session.' },
  problems: ['not-allowed'],
  async handle({ platform, headers, cookies, setCookies, record }) {
    const { refreshSessions } = localSignIn(platform);
    refuseOtherOrigins(headers, platform.publicUrl);
    const presented = cookies[refreshCookieName];
    setCookies.push(clearedRefreshCookie(platform.publicUrl));
    const ended = presented === undefined ? undefined : await refreshSessions.revoke(hashRefreshToken(presented));
    if (ended === undefined) return {};
    const membership = await platform.accounts.findMembership(ended.userId);
    await record({
      action: 'account.sign-out',
      outcome: 'success',
      actor: `user:${ended.userId}`,
      target: ended.userId,
      workspaceId: membership?.workspace.id ?? null,
    });
    return {};
  },
});

export const auth: ApiResource = {
  name: 'auth',
  description: 'Accounts and sessions, where the installation keeps accounts itself',
  routes: [signUp, signIn, refresh, signOut],
};

function signUpsClosed(): ProblemError {
  return new ProblemError('sign-ups-closed', { detail: 'Ask the operator of this installation for an account.' });
}

function refuseOtherOrigins(headers: Record<string, string | undefined>, publicUrl: string): void {
  if (isSameOrigin({ origin: headers.origin, host: headers.host, publicUrl })) return;
  throw new ProblemError('not-allowed', { detail: 'Sessions can be used only from the pages of this installation.' });
}

const absentAccountHashes = new WeakMap<Platform, Promise<string>>();

/** Hash of a password that nobody has, made once with the installation's own cost. */
function absentAccountHash(platform: Platform): Promise<string> {
  const known = absentAccountHashes.get(platform);
  if (known !== undefined) return known;
  const made = localSignIn(platform).passwordHasher.hash(createRefreshToken().refreshToken);
  absentAccountHashes.set(platform, made);
  return made;
}
