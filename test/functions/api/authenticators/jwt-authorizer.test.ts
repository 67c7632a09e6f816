import { expect, it } from 'vitest';
import { jwtAuthorizerAuthenticator } from '../../../../functions/api/authenticators/jwt-authorizer.ts';
import { createApiHandler } from '../../../../functions/api/resources.ts';
import { ApiClient, apiEvent, createApi, signUp } from '../api-client.ts';

it('behind a JWT authorizer the claims say who calls, and the store what they may', async () => {
  const { platform, api } = createApi();
  const person = await signUp(api);
  const handler = createApiHandler({ ...platform, authenticator: jwtAuthorizerAuthenticator(platform.accounts) });
  const event = apiEvent('GET', '/v1/me');
  event.requestContext.authorizer = { jwt: { claims: { sub: person.userId } } };
  const result = await handler(event, {});
  expect(result.statusCode).toBe(200);
  expect(JSON.parse(String(result.body)).user.id).toBe(person.userId);
});

it.each([{}, { sub: 5 }, { sub: 'usr_unknown' }])('claims %j are 401', async (claims) => {
  const { platform } = createApi();
  const handler = createApiHandler({ ...platform, authenticator: jwtAuthorizerAuthenticator(platform.accounts) });
  const event = apiEvent('GET', '/v1/me');
  event.requestContext.authorizer = { jwt: { claims: claims as Record<string, string> } };
  expect((await handler(event, {})).statusCode).toBe(401);
});

it('a bearer token that no authorizer has seen is worth nothing', async () => {
  const { platform, api } = createApi();
  const person = await signUp(api);
  const handler = createApiHandler({ ...platform, authenticator: jwtAuthorizerAuthenticator(platform.accounts) });
  expect((await new ApiClient(handler).call('GET', '/v1/me', { token: person.token })).status).toBe(401);
});
