import { expect, it } from 'vitest';
import { createApi, createKey, createRunningInstance, signUp } from '../api-client.ts';

it('deletes the key with its secret', async () => {
  const { platform, api } = createApi();
  const { token } = await signUp(api);
  const keyId = await createKey(api, token);
  const answer = await api.call('DELETE', `/v1/keys/${keyId}`, { token });
  expect([answer.status, answer.text]).toEqual([204, '']);
  expect(await platform.secrets.list()).toEqual([]);
  expect((await api.call('GET', '/v1/keys', { token })).json.items).toEqual([]);
  expect((await api.call('DELETE', `/v1/keys/${keyId}`, { token })).status).toBe(404);
});

it('an instance that was deleted does not hold its key', async () => {
  const { api, owner, keyId, instanceId } = await createRunningInstance();
  await api.call('DELETE', `/v1/instances/${instanceId}`, { token: owner.token });
  expect((await api.call('DELETE', `/v1/keys/${keyId}`, { token: owner.token })).status).toBe(204);
});
