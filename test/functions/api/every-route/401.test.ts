import { expect, it } from 'vitest';
import { createApi, createRunningInstance, problemOf, signUp } from '../api-client.ts';
import { allRoutes, pathOf, validBody } from './requests.ts';

const guarded = allRoutes.filter((route) => route.access !== 'public');

it.each([
  ['no header', undefined],
  ['an empty header', ''],
  ['another scheme', 'Basic YTpi'],
  ['no token', 'Bearer '],
  ['an unknown token', 'Bearer forged'],
  ['two tokens', 'Bearer one two'],
])('%s is 401 on every route that is not public, whatever else is wrong', async (_what, authorization) => {
  const { api } = createApi();
  expect(guarded.length).toBeGreaterThan(20);
  for (const route of guarded) {
    const answer = await api.call(route.method, pathOf(route), {
      body: validBody(route.operationId),
      ...(authorization === undefined ? {} : { headers: { authorization } }),
    });
    expect([route.operationId, answer.status, problemOf(answer)]).toEqual([route.operationId, 401, 'not-signed-in']);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  }
});

it('an expired token says that it is expired', async () => {
  const { platform, api } = createApi();
  const { token } = await signUp(api);
  platform.clock.advance(900_000);
  for (const route of guarded) {
    const answer = await api.call(route.method, pathOf(route), { token, body: validBody(route.operationId) });
    expect([route.operationId, answer.status, problemOf(answer)]).toEqual([route.operationId, 401, 'token-expired']);
    expect(answer.headers['www-authenticate']).toContain('invalid_token');
  }
});

it('public routes do not mind credentials that do not hold', async () => {
  const { api } = createApi();
  const answer = await api.call('GET', '/v1/installation', { headers: { authorization: 'Bearer forged' } });
  expect(answer.status).toBe(200);
});

it('the scheme is matched without regard to case', async () => {
  const { api, owner } = await createRunningInstance();
  const answer = await api.call('GET', '/v1/me', { headers: { authorization: `bearer ${owner.token}` } });
  expect(answer.status).toBe(200);
});
