import { expect, it, vi } from 'vitest';
import { ProblemError } from '../../../../core/problem.ts';
import { createApi, refreshTokenOf, signUp } from '../api-client.ts';

it('where a store fails after the refresh token was replaced, the new cookie goes out with the failure', async () => {
  const { platform, api } = createApi();
  const { refreshToken } = await signUp(api);
  vi.spyOn(platform.accounts, 'findMembership').mockRejectedValueOnce(new ProblemError('not-available', { retryAfter: 2 }));
  const failed = await api.call('POST', '/v1/auth/refresh', { refreshToken });
  expect(failed.status).toBe(503);
  expect(refreshTokenOf(failed)).toMatch(/^[\w-]{43}$/);
  platform.clock.advance(900_000);
  expect((await api.call('POST', '/v1/auth/refresh', { refreshToken: refreshTokenOf(failed) })).status).toBe(200);
});

it('an account that is gone gets its cookie cleared and no new one', async () => {
  const { platform, api } = createApi();
  const { refreshToken } = await signUp(api);
  vi.spyOn(platform.accounts, 'findMembership').mockResolvedValueOnce(undefined);
  const answer = await api.call('POST', '/v1/auth/refresh', { refreshToken });
  expect([answer.status, answer.cookies]).toEqual([401, [expect.stringMatching(/^refresh_token=; Max-Age=0/)]]);
});
