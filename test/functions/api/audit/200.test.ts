import { expect, it } from 'vitest';
import { createRunningInstance, signUp } from '../api-client.ts';

it('shows what happened in the workspace, newest first, filtered', async () => {
  const { api, owner, instanceId } = await createRunningInstance();
  await signUp(api, 'mallory@example.com');
  const read = (query: string) => api.call('GET', `/v1/audit${query}`, { token: owner.token });
  const actions = (await read('')).json.items.map((entry: { action: string }) => entry.action);
  expect(actions).toEqual(['instance.create', 'key.create', 'account.sign-up']);
  expect((await read('?action=key.create')).json.items).toHaveLength(1);
  expect((await read(`?target=${instanceId}`)).json.items).toMatchObject([
    { id: expect.stringMatching(/^aud_/), actor: `user:${owner.userId}`, address: '192.0.2.1', outcome: 'success' },
  ]);
  expect((await read('')).json.items[0].workspaceId).toBeUndefined();
});
