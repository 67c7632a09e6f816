import { expect, it } from 'vitest';
import { createApi, problemOf, signUp, tokenFor } from '../api-client.ts';

it('tells who is signed in, where and as what', async () => {
  const { api } = createApi();
  const { token, userId, workspaceId } = await signUp(api);
  const answer = await api.call('GET', '/v1/me', { token });
  expect(answer.json).toMatchObject({ user: { id: userId, operator: true }, workspace: { id: workspaceId }, role: 'owner' });
  expect(Object.keys(answer.json).sort()).toEqual(['role', 'user', 'workspace']);
});

it('somebody whose account is gone is not signed in any more', async () => {
  const { platform, api } = createApi();
  const { workspaceId } = await signUp(api);
  const answer = await api.call('GET', '/v1/me', { token: await tokenFor(platform, workspaceId, 'viewer') });
  expect([answer.status, problemOf(answer)]).toEqual([401, 'not-signed-in']);
});
