import { describe, expect, it } from 'vitest';
import { ApiProblem } from '../../frontend/api/problem.ts';
import { cognitoProblem } from '../../frontend/auth/cognito-problem.ts';

function refusal(name: string, message = ''): Error {
  return Object.assign(new Error(message), { name });
}

describe("Cognito's errors in the words of the dashboard", () => {
  // What an emulator does not do: it counts no attempts, disables nobody and forgets no password.
  it.each([
    ['NotAuthorizedException', 'Incorrect username or password.', 'wrong-credentials'],
    ['NotAuthorizedException', 'Password attempts exceeded', 'too-many-attempts'],
    ['NotAuthorizedException', 'User is disabled.', 'account-disabled'],
    ['NotAuthorizedException', 'SignUp is not permitted for this user pool', 'sign-ups-closed'],
    ['NotAuthorizedException', 'User cannot be confirmed. Current status is CONFIRMED', 'already-confirmed'],
    ['InvalidParameterException', 'User is already confirmed.', 'already-confirmed'],
    ['NotAuthorizedException', 'Invalid session for the user, session is expired.', 'sign-in-expired'],
    ['NotAuthorizedException', 'Temporary password has expired and must be reset by an administrator.', 'invitation-expired'],
    ['NotAuthorizedException', 'Access Token has been revoked', 'not-signed-in'],
    ['UserNotFoundException', 'User does not exist.', 'wrong-credentials'],
    ['LimitExceededException', 'Attempt limit exceeded, please try after some time.', 'too-many-attempts'],
    ['TooManyRequestsException', 'Rate exceeded', 'too-many-attempts'],
    ['CodeDeliveryFailureException', '', 'mail-failed'],
    ['SomethingNewException', 'a detail of AWS', 'sign-in-service'],
    ['NetworkError', 'A network error has occurred.', 'unreachable'],
  ])('%s: %s', (name, message, type) => {
    const problem = cognitoProblem(refusal(name, message));
    expect(problem).toMatchObject({ type });
    expect(problem.fields).toEqual([]);
    expect(problem.detail ?? problem.title).not.toContain(message || 'undefined');
  });

  it.each([
    ['CodeMismatchException', 'code'],
    ['EnableSoftwareTokenMFAException', 'code'],
    ['ExpiredCodeException', 'code'],
    ['InvalidPasswordException', 'password'],
    ['PasswordHistoryPolicyViolationException', 'password'],
    ['UsernameExistsException', 'email'],
  ])('%s belongs to the field %s', (name, path) => {
    expect(cognitoProblem(refusal(name, 'a detail of AWS')).fields).toEqual([
      { path, message: expect.not.stringContaining('AWS') },
    ]);
  });

  it('leaves problems of the API as they are', () => {
    const problem = new ApiProblem({ type: 'not-allowed', title: 'Not allowed', status: 403 });
    expect(cognitoProblem(problem)).toBe(problem);
  });
});
