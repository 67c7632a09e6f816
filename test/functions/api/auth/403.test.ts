import { expect, it } from 'vitest';
import { createApi, problemOf, signUp } from '../api-client.ts';

it('sign-ups can be closed', async () => {
  const { platform, api } = createApi();
  await signUp(api);
  platform.settings.signUpsOpen = false;
  const answer = await api.call('POST', '/v1/auth/sign-up', {
    body: { email: 'grace@example.com', password: 'a long pass phrase' },
  });
  expect([answer.status, problemOf(answer)]).toEqual([403, 'sign-ups-closed']);
  expect(platform.audit.entries.at(-1)).toMatchObject({ action: 'account.sign-up', outcome: 'refused', workspaceId: null });
});

it.each(['https://evil.example', 'http://127.0.0.1:9999', 'null', 'https://127.0.0.1:8080.evil.example', 'nonsense'])(
  'a page of %s cannot use the cookie',
  async (origin) => {
    const { api } = createApi();
    const { refreshToken } = await signUp(api);
    for (const path of ['/v1/auth/refresh', '/v1/auth/sign-out']) {
      const answer = await api.call('POST', path, { refreshToken, headers: { origin } });
      expect([path, answer.status, problemOf(answer)]).toEqual([path, 403, 'not-allowed']);
    }
    expect((await api.call('POST', '/v1/auth/refresh', { refreshToken })).status).toBe(200);
  },
);
