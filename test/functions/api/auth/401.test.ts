import { expect, it } from 'vitest';
import { createApi, password, problemOf, refreshTokenOf, signUp } from '../api-client.ts';

it('a wrong password and an unknown account are told alike and cost the same work', async () => {
  const { platform, api } = createApi();
  await signUp(api);
  const wrong = await api.call('POST', '/v1/auth/sign-in', { body: { email: 'ada@example.com', password: 'wrong password' } });
  const unknown = await api.call('POST', '/v1/auth/sign-in', { body: { email: 'nobody@example.com', password } });
  expect([wrong.status, problemOf(wrong)]).toEqual([401, 'wrong-credentials']);
  expect(unknown.text).toBe(wrong.text);
  expect([wrong.cookies, unknown.cookies]).toEqual([[], []]);
  expect(platform.localSignIn.passwordHasher.verifications).toBe(2);
});

it('failed sign-ins are recorded: where the account exists, in its workspace', async () => {
  const { platform, api } = createApi();
  const { userId, workspaceId } = await signUp(api);
  await api.call('POST', '/v1/auth/sign-in', { body: { email: 'ada@example.com', password: 'wrong password' } });
  await api.call('POST', '/v1/auth/sign-in', { body: { email: 'nobody@example.com', password }, address: '192.0.2.7' });
  expect(platform.audit.entries.slice(1)).toMatchObject([
    { action: 'account.sign-in', outcome: 'refused', actor: 'anonymous', target: userId, workspaceId },
    { action: 'account.sign-in', outcome: 'refused', actor: 'anonymous', target: null, workspaceId: null, address: '192.0.2.7' },
  ]);
});

it('an old refresh token ends the whole session: also the new one is refused, and it is recorded', async () => {
  const { platform, api } = createApi();
  const { refreshToken, userId, workspaceId } = await signUp(api);
  const next = refreshTokenOf(await api.call('POST', '/v1/auth/refresh', { refreshToken }));
  platform.clock.advance(10_000);
  const reuse = await api.call('POST', '/v1/auth/refresh', { refreshToken, address: '198.51.100.1' });
  expect([reuse.status, problemOf(reuse)]).toEqual([401, 'not-signed-in']);
  expect(reuse.cookies[0]).toMatch(/^refresh_token=; Max-Age=0/);
  expect((await api.call('POST', '/v1/auth/refresh', { refreshToken: next })).status).toBe(401);
  expect(platform.audit.entries.at(-1)).toMatchObject({
    action: 'session.reuse',
    outcome: 'refused',
    target: userId,
    workspaceId,
    address: '198.51.100.1',
  });
});

it('the other sessions of the account go on', async () => {
  const { platform, api } = createApi();
  const { refreshToken } = await signUp(api);
  const other = refreshTokenOf(await api.call('POST', '/v1/auth/sign-in', { body: { email: 'ada@example.com', password } }));
  await api.call('POST', '/v1/auth/refresh', { refreshToken });
  platform.clock.advance(10_000);
  expect((await api.call('POST', '/v1/auth/refresh', { refreshToken })).status).toBe(401);
  expect((await api.call('POST', '/v1/auth/refresh', { refreshToken: other })).status).toBe(200);
});

it.each([
  ['no cookie', undefined],
  ['an empty one', ''],
  ['a forged one', 'x'.repeat(43)],
])('refresh with %s', async (_what, refreshToken) => {
  const { api } = createApi();
  await signUp(api);
  const answer = await api.call('POST', '/v1/auth/refresh', { refreshToken });
  expect([answer.status, problemOf(answer)]).toEqual([401, 'not-signed-in']);
});

it('a session that was not used for 30 days has ended', async () => {
  const { platform, api } = createApi();
  const { refreshToken } = await signUp(api);
  platform.clock.advance(30 * 24 * 60 * 60 * 1000);
  expect((await api.call('POST', '/v1/auth/refresh', { refreshToken })).status).toBe(401);
});

it('a session ends 90 days after its sign-in, however often it was used', async () => {
  const { platform, api } = createApi();
  let { refreshToken } = await signUp(api);
  const refresh = async () => {
    const answer = await api.call('POST', '/v1/auth/refresh', { refreshToken });
    refreshToken = refreshTokenOf(answer);
    return answer.status;
  };
  for (let round = 0; round < 4; round += 1) {
    platform.clock.advance(22 * 24 * 60 * 60 * 1000);
    expect(await refresh()).toBe(200);
  }
  platform.clock.advance(2 * 24 * 60 * 60 * 1000);
  expect(await refresh()).toBe(401);
});
