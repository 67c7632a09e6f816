import { expect, it } from 'vitest';
import { createApi, password, refreshTokenOf, signUp } from '../api-client.ts';

it('sign-in answers the same as sign-up, with a session of its own', async () => {
  const { api } = createApi();
  const person = await signUp(api);
  const answer = await api.call('POST', '/v1/auth/sign-in', { body: { email: 'ADA@example.com ', password } });
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject({ user: { id: person.userId }, workspace: { id: person.workspaceId }, expiresIn: 900 });
  expect(refreshTokenOf(answer)).not.toBe(person.refreshToken);
  expect((await api.call('GET', '/v1/me', { token: answer.json.accessToken })).status).toBe(200);
});

it('refresh answers a new access token and replaces the cookie', async () => {
  const { platform, api } = createApi();
  const person = await signUp(api);
  platform.clock.advance(900_000);
  expect((await api.call('GET', '/v1/me', { token: person.token })).status).toBe(401);
  const answer = await api.call('POST', '/v1/auth/refresh', { refreshToken: person.refreshToken });
  expect(answer.status).toBe(200);
  expect(answer.json.user.id).toBe(person.userId);
  expect(refreshTokenOf(answer)).toMatch(/^[\w-]{43}$/);
  expect(refreshTokenOf(answer)).not.toBe(person.refreshToken);
  expect((await api.call('GET', '/v1/me', { token: answer.json.accessToken })).status).toBe(200);
});

it('a chain of refreshes goes on', async () => {
  const { platform, api } = createApi();
  let { refreshToken } = await signUp(api);
  for (let round = 0; round < 4; round += 1) {
    platform.clock.advance(20 * 24 * 60 * 60 * 1000);
    const answer = await api.call('POST', '/v1/auth/refresh', { refreshToken });
    expect(answer.status).toBe(200);
    refreshToken = refreshTokenOf(answer);
  }
});

it('a refresh whose answer was lost can be repeated, and whichever cookie the browser kept goes on', async () => {
  const { platform, api } = createApi();
  for (const kept of [0, 1]) {
    const { refreshToken } = await signUp(api, `ada${kept}@example.com`);
    const first = await api.call('POST', '/v1/auth/refresh', { refreshToken });
    platform.clock.advance(9_000);
    const second = await api.call('POST', '/v1/auth/refresh', { refreshToken });
    expect([first.status, second.status]).toEqual([200, 200]);
    platform.clock.advance(900_000);
    const cookies = [first, second].map(refreshTokenOf);
    expect((await api.call('POST', '/v1/auth/refresh', { refreshToken: cookies[kept] })).status).toBe(200);
    expect((await api.call('POST', '/v1/auth/refresh', { refreshToken: cookies[1 - kept] })).status).toBe(401);
  }
});

it('the cookie is found in the cookie header too, among others', async () => {
  const { api } = createApi();
  const { refreshToken } = await signUp(api);
  const answer = await api.call('POST', '/v1/auth/refresh', { headers: { cookie: `a=b; refresh_token=${refreshToken}; c=d` } });
  expect(answer.status).toBe(200);
});

it.each([
  ['the public URL', 'http://127.0.0.1:8080'],
  ['the host that was asked', 'http://mcp.internal'],
])('an origin that is %s is accepted', async (_what, origin) => {
  const { api } = createApi();
  const { refreshToken } = await signUp(api);
  const host = origin.endsWith('internal') ? 'mcp.internal' : 'other';
  const answer = await api.call('POST', '/v1/auth/refresh', { refreshToken, headers: { origin, host } });
  expect(answer.status).toBe(200);
});
