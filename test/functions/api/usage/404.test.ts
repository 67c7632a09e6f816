import { expect, it } from 'vitest';
import { createRunningInstance, signUp } from '../api-client.ts';

it('the instance of another workspace', async () => {
  const { api, instanceId } = await createRunningInstance();
  const stranger = await signUp(api, 'mallory@example.com');
  expect((await api.call('GET', `/v1/usage?instanceId=${instanceId}`, { token: stranger.token })).status).toBe(404);
});
