import { expect, it } from 'vitest';
import { createApi, refreshTokenOf, signUp } from '../api-client.ts';

it('sign-out ends the session and clears the cookie', async () => {
  const { platform, api } = createApi();
  const { refreshToken, userId, workspaceId } = await signUp(api);
  // As a page does it after a reload: with the cookie alone.
  const answer = await api.call('POST', '/v1/auth/sign-out', { refreshToken });
  expect([answer.status, answer.text]).toEqual([204, '']);
  expect(answer.cookies[0]).toMatch(/^refresh_token=; Max-Age=0; Path=\/v1\/auth; HttpOnly; SameSite=Strict$/);
  expect(refreshTokenOf(answer)).toBe('');
  expect((await api.call('POST', '/v1/auth/refresh', { refreshToken })).status).toBe(401);
  expect(platform.audit.entries.at(-1)).toMatchObject({
    action: 'account.sign-out',
    actor: `user:${userId}`,
    workspaceId,
    outcome: 'success',
  });
});

it('signing out twice, or without a session, is fine', async () => {
  const { platform, api } = createApi();
  const { refreshToken } = await signUp(api);
  await api.call('POST', '/v1/auth/sign-out', { refreshToken });
  expect((await api.call('POST', '/v1/auth/sign-out', { refreshToken })).status).toBe(204);
  expect((await api.call('POST', '/v1/auth/sign-out')).status).toBe(204);
  expect(platform.audit.entries.filter(({ action }) => action === 'account.sign-out')).toHaveLength(1);
});

it('an empty JSON object is no body', async () => {
  const { api } = createApi();
  expect((await api.call('POST', '/v1/auth/sign-out', { body: {} })).status).toBe(204);
});
