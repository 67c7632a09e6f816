import { ApiProblem, asProblem, unreachableProblem } from '../api/problem.ts';

interface Words {
  type: string;
  title: string;
  detail?: string;
  /** Field of a form that the problem belongs to. */
  field?: { path: string; message: string };
  status?: number;
}

const tooMany: Words = {
  type: 'too-many-attempts',
  title: 'Too many attempts',
  detail: 'Wait a few minutes, up to a quarter of an hour after several wrong passwords, then try again.',
  status: 429,
};
const wrongCredentials: Words = {
  type: 'wrong-credentials',
  title: 'E-mail or password is wrong',
  detail: 'Check both and try again.',
  status: 401,
};
const wrongCode: Words = {
  type: 'wrong-code',
  title: 'The code is not right',
  field: { path: 'code', message: 'This code is not right. Check it and enter it again.' },
};
const signInExpired: Words = {
  type: 'sign-in-expired',
  title: 'Signing in took too long',
  detail: 'For your safety it has to be done within three minutes. Start again.',
};

/**
 * What an error of Cognito means for the person in front of it, by the error's name.
 * Source: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/CommonErrors.html and the operations' pages.
 */
const wordsByName: Record<string, Words> = {
  UserNotFoundException: wrongCredentials,
  UsernameExistsException: {
    type: 'already-exists',
    title: 'There is an account with this e-mail address',
    field: {
      path: 'email',
      message: 'There is an account with this address already. Sign in; if its code was never entered, that leads there.',
    },
    status: 409,
  },
  CodeMismatchException: wrongCode,
  EnableSoftwareTokenMFAException: wrongCode,
  ExpiredCodeException: {
    type: 'expired-code',
    title: 'The code has expired',
    field: { path: 'code', message: 'This code has expired or was used already. Take a new one.' },
  },
  InvalidPasswordException: {
    type: 'weak-password',
    title: 'The password is too weak',
    field: { path: 'password', message: 'This password does not have what is asked for.' },
  },
  PasswordHistoryPolicyViolationException: {
    type: 'used-password',
    title: 'The password was used before',
    field: { path: 'password', message: 'This was one of your last passwords. Choose another one.' },
  },
  LimitExceededException: tooMany,
  TooManyRequestsException: tooMany,
  TooManyFailedAttemptsException: tooMany,
  CodeDeliveryFailureException: {
    type: 'mail-failed',
    title: 'The mail could not be sent',
    detail: 'Check the e-mail address, or try again in a few minutes.',
    status: 502,
  },
  SignInException: signInExpired,
  UnexpectedSignInInterruptionException: {
    type: 'sign-in-interrupted',
    title: 'This browser keeps nothing',
    detail: 'The session could not be stored. Allow this site to store data, or leave private browsing, and sign in again.',
  },
};

/** `NotAuthorizedException` stands for many things; only its message tells which. The first that fits. */
const wordsByMessage: [RegExp, Words][] = [
  [/attempts exceeded/i, tooMany],
  [
    /disabled/i,
    {
      type: 'account-disabled',
      title: 'This account is disabled',
      detail: 'Ask the operators of this service why.',
      status: 403,
    },
  ],
  [/SignUp is not permitted/i, { type: 'sign-ups-closed', title: 'Sign-ups are closed', status: 403 }],
  [
    /Current status is CONFIRMED|already confirmed/i,
    {
      type: 'already-confirmed',
      title: 'This address is confirmed already',
      detail: 'There is nothing left to do here: sign in.',
    },
  ],
  [/invalid session|session (is|has) expired/i, signInExpired],
  [
    /temporary password has expired/i,
    {
      type: 'invitation-expired',
      title: 'The first password has expired',
      detail: 'Ask the operator who invited you to send another invitation.',
    },
  ],
  [/token/i, { type: 'not-signed-in', title: 'Your session has ended', detail: 'Sign in again.', status: 401 }],
  [/incorrect username or password/i, wrongCredentials],
];

/** An error of aws-amplify as a problem in our words. Problems stay as they are. */
export function cognitoProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (!(error instanceof Error)) return asProblem(error);
  if (error.name === 'NetworkError') return unreachableProblem();
  const words =
    wordsByMessage.find(([pattern]) => isAmbiguous(error.name) && pattern.test(error.message))?.[1] ?? wordsByName[error.name];
  if (words !== undefined) return problemFrom(words);
  if (error.name === 'NotAuthorizedException') return problemFrom(wrongCredentials);
  return new ApiProblem({
    type: 'sign-in-service',
    title: 'The sign-in service refused this',
    status: 400,
    detail: `Try again in a moment; if it goes on, tell the operators: ${error.name}.`,
  });
}

/** Runs it with Cognito's errors in our words. */
export async function explained<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw cognitoProblem(error);
  }
}

function isAmbiguous(name: string): boolean {
  return name === 'NotAuthorizedException' || name === 'InvalidParameterException';
}

function problemFrom({ type, title, detail, field, status = 400 }: Words): ApiProblem {
  return new ApiProblem({ type, title, status, detail, fields: field === undefined ? [] : [field] });
}
