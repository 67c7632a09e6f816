import { expect, it } from 'vitest';
import { identityOf } from '../../../functions/adapters/cognito/identity-reader.ts';
import { createPostConfirmation } from '../../../functions/events/post-confirmation.ts';
import { InMemoryAccountStore } from '../in-memory/account-store.ts';
import { InMemoryAuditStore } from '../in-memory/audit-store.ts';

/** As Cognito sends it. */
function confirmation(triggerSource: string, attributes: Record<string, string> = {}) {
  return {
    version: '1',
    triggerSource,
    region: 'eu-central-1',
    userPoolId: 'eu-central-1_pool',
    userName: 'sub-ada',
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'dashboard' },
    request: {
      userAttributes: {
        sub: 'sub-ada',
        email: 'ada@example.com',
        email_verified: 'true',
        'cognito:user_status': 'CONFIRMED',
        ...attributes,
      },
    },
    response: {},
  };
}

function setUp() {
  const accounts = new InMemoryAccountStore();
  const reported: { message: string; cause: unknown }[] = [];
  const parts = { accounts, audit: new InMemoryAuditStore(), clock: { now: () => new Date() }, identityOf };
  const handler = createPostConfirmation({ ...parts, report: (incident) => void reported.push(incident) });
  return { accounts, reported, parts, handler };
}

it('makes the workspace of who confirmed a sign-up, and answers the event', async () => {
  const { accounts, reported, handler } = setUp();
  const event = confirmation('PostConfirmation_ConfirmSignUp', { name: 'Ada' });
  expect(await handler(event)).toBe(event);
  expect(await accounts.findMembership('sub-ada')).toMatchObject({ workspace: { name: "Ada's workspace" }, role: 'owner' });
  expect(reported).toEqual([]);
});

it('makes nothing new when it is called again, for a forgotten password, too', async () => {
  const { accounts, reported, handler } = setUp();
  await handler(confirmation('PostConfirmation_ConfirmSignUp'));
  const made = await accounts.findMembership('sub-ada');
  await handler(confirmation('PostConfirmation_ConfirmSignUp'));
  await handler(confirmation('PostConfirmation_ConfirmForgotPassword'));
  expect(await accounts.findMembership('sub-ada')).toEqual(made);
  expect(reported).toEqual([]);
});

it.each([
  ['an address that is not confirmed', { email_verified: 'false' }],
  ['no address', { email: '' }],
])('with %s it makes nothing, says so in the log, and does not tell the person that confirming failed', async (_, attributes) => {
  const { accounts, reported, handler } = setUp();
  const event = confirmation('PostConfirmation_ConfirmSignUp', attributes);
  expect(await handler(event)).toBe(event);
  expect(await accounts.hasAccounts()).toBe(false);
  expect(reported).toHaveLength(1);
  expect(String(reported[0]?.cause)).not.toContain('example.com');
});

it('a table that is away is for the first request to mend', async () => {
  const { parts, reported } = setUp();
  const accounts = {
    ...parts.accounts,
    findMembership: () => Promise.reject(new Error('away')),
    createAccount: parts.accounts.createAccount,
  };
  const handler = createPostConfirmation({ ...parts, accounts, report: (incident) => void reported.push(incident) });
  const event = confirmation('PostConfirmation_ConfirmSignUp');
  expect(await handler(event)).toBe(event);
  expect(reported).toHaveLength(1);
});
