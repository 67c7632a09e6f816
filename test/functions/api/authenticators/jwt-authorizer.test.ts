import { expect, it } from 'vitest';
import { jwtAuthorizerAuthenticator } from '../../../../functions/api/authenticators/jwt-authorizer.ts';
import { createApiHandler } from '../../../../functions/api/resources.ts';
import type { Membership } from '../../../../functions/ports.ts';
import { ApiClient, apiEvent, createApi, signUp } from '../api-client.ts';

type Claims = Record<string, string | number | boolean | string[]>;

/** Asks who is signed in, as API Gateway passes it on after it has checked the token. */
async function askMe(
  platform: ReturnType<typeof createApi>['platform'],
  claims: Claims,
  makeAccount?: (accessToken: string) => Promise<Membership>,
) {
  const authenticator = jwtAuthorizerAuthenticator(platform.accounts, makeAccount === undefined ? {} : { makeAccount });
  const event = apiEvent('GET', '/v1/me', { token: 'the-access-token' });
  event.requestContext.authorizer = { jwt: { claims } };
  const result = await createApiHandler({ ...platform, authenticator })(event, {});
  return { status: result.statusCode, json: JSON.parse(String(result.body)) };
}

it('behind a JWT authorizer the claims say who calls, and the store what they may', async () => {
  const { platform, api } = createApi();
  const person = await signUp(api);
  const answer = await askMe(platform, { sub: person.userId, token_use: 'access' });
  expect(answer).toMatchObject({ status: 200, json: { user: { id: person.userId }, role: 'owner' } });
});

it.each([
  ['[operators]', true],
  ['[admins operators]', true],
  [['operators'], true],
  ['operators', true],
  [undefined, false],
  ['[]', false],
  ['[non-operators]', false],
  ['[operators-of-another-thing]', false],
])('groups %j: operator %s, whatever the store says', async (groups, operator) => {
  const { platform, api } = createApi();
  // The first account is an operator for the store.
  const person = await signUp(api);
  const claims = { sub: person.userId, token_use: 'access', ...(groups === undefined ? {} : { 'cognito:groups': groups }) };
  expect((await askMe(platform, claims)).json.user.operator).toBe(operator);
});

it.each([{}, { sub: 5, token_use: 'access' }, { sub: 'usr_unknown', token_use: 'access' }])(
  'claims %j are 401',
  async (claims) => {
    expect((await askMe(createApi().platform, claims as Claims)).status).toBe(401);
  },
);

it.each(['id', 'refresh', undefined])('a token for another use (%s) is 401', async (use) => {
  const { platform, api } = createApi();
  const person = await signUp(api);
  const claims = { sub: person.userId, ...(use === undefined ? {} : { token_use: use }) };
  expect((await askMe(platform, claims)).status).toBe(401);
});

it('makes the account of who is signed in and has none, once', async () => {
  const { platform } = createApi();
  const tokens: string[] = [];
  const makeAccount = async (accessToken: string) => {
    tokens.push(accessToken);
    const createdAt = '2026-11-22T12:00:00.000Z';
    return platform.accounts.createAccount({
      user: { id: 'sub-ada', email: 'ada@example.com', name: null, createdAt },
      passwordHash: '',
      workspace: { id: 'ws_1', name: "ada's workspace", createdAt },
      signUpsOpen: true,
    });
  };
  const claims = { sub: 'sub-ada', token_use: 'access' };
  expect(await askMe(platform, claims, makeAccount)).toMatchObject({ status: 200, json: { workspace: { id: 'ws_1' } } });
  expect((await askMe(platform, claims, makeAccount)).status).toBe(200);
  expect(tokens).toEqual(['the-access-token']);
});

it('an account that was made for somebody else is not theirs', async () => {
  const { platform, api } = createApi();
  const { userId } = await signUp(api);
  const makeAccount = async () => (await platform.accounts.findMembership(userId)) as Membership;
  expect((await askMe(platform, { sub: 'sub-other', token_use: 'access' }, makeAccount)).status).toBe(401);
});

it('a bearer token that no authorizer has seen is worth nothing', async () => {
  const { platform, api } = createApi();
  const person = await signUp(api);
  const handler = createApiHandler({ ...platform, authenticator: jwtAuthorizerAuthenticator(platform.accounts) });
  expect((await new ApiClient(handler).call('GET', '/v1/me', { token: person.token })).status).toBe(401);
});
