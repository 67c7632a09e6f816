import { expect, it } from 'vitest';
import { createApi, createRunningInstance, problemOf, signUp } from '../api-client.ts';

it('a key that Smartlead refuses is not stored', async () => {
  const { platform, api } = createApi();
  const { token } = await signUp(api);
  const answer = await api.call('POST', '/v1/keys', { token, body: { label: 'Main', apiKey: 'wrong-key' } });
  expect([answer.status, problemOf(answer)]).toEqual([422, 'smartlead-key-refused']);
  expect(await platform.secrets.list()).toEqual([]);
  expect((await api.call('GET', '/v1/keys', { token })).json.items).toEqual([]);
  expect(platform.audit.entries.at(-1)).toMatchObject({ action: 'key.create', outcome: 'refused' });
});

it('a refused rotation leaves the old key in use', async () => {
  const { platform, api, owner, keyId } = await createRunningInstance();
  const before = await platform.keys.find(owner.workspaceId, keyId);
  const answer = await api.call('POST', `/v1/keys/${keyId}/rotate`, { token: owner.token, body: { apiKey: 'wrong-key' } });
  expect(answer.status).toBe(422);
  expect(await platform.keys.find(owner.workspaceId, keyId)).toEqual(before);
  expect(platform.lifecycle.requests).toEqual([]);
});
