import { expect, it } from 'vitest';
import { createApi, refreshTokenOf } from '../api-client.ts';

it('sign-up creates an account with its workspace and signs it in', async () => {
  const { platform, api } = createApi();
  const answer = await api.call('POST', '/v1/auth/sign-up', {
    body: { email: ' Ada@Example.COM ', password: 'a long pass phrase', name: 'Ada' },
  });
  expect(answer.status).toBe(201);
  expect(answer.json).toEqual({
    user: {
      id: expect.stringMatching(/^usr_/),
      email: 'ada@example.com',
      name: 'Ada',
      operator: true,
      createdAt: '2026-11-22T08:00:00.000Z',
    },
    workspace: { id: expect.stringMatching(/^ws_/), name: "Ada's workspace", createdAt: '2026-11-22T08:00:00.000Z' },
    role: 'owner',
    accessToken: expect.any(String),
    expiresIn: 900,
  });
  expect(JSON.stringify(platform.localSignIn.refreshSessions.dump())).not.toContain(refreshTokenOf(answer));
});

it('only the first account becomes operator', async () => {
  const { api } = createApi();
  await api.call('POST', '/v1/auth/sign-up', { body: { email: 'ada@example.com', password: 'a long pass phrase' } });
  const second = await api.call('POST', '/v1/auth/sign-up', {
    body: { email: 'grace@example.com', password: 'a long pass phrase' },
  });
  expect(second.json.user).toMatchObject({ operator: false, name: null });
  expect(second.json.workspace.name).toBe("grace's workspace");
});

it('the refresh token is in a cookie that scripts and other sites cannot use', async () => {
  const { platform, api } = createApi();
  const signUp = (email: string) => api.call('POST', '/v1/auth/sign-up', { body: { email, password: 'a long pass phrase' } });
  const plain = await signUp('ada@example.com');
  expect(plain.cookies).toHaveLength(1);
  expect(plain.cookies[0]).toMatch(/^refresh_token=[\w-]{43}; Max-Age=2592000; Path=\/v1\/auth; HttpOnly; SameSite=Strict$/);
  platform.publicUrl = 'https://mcp.example.com';
  expect((await signUp('grace@example.com')).cookies[0]).toMatch(/; Secure/);
});

it('the first account can sign up although sign-ups are closed', async () => {
  const { platform, api } = createApi();
  platform.settings.signUpsOpen = false;
  const answer = await api.call('POST', '/v1/auth/sign-up', {
    body: { email: 'ada@example.com', password: 'a long pass phrase' },
  });
  expect(answer.status).toBe(201);
});
