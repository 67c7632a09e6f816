import { expect, it } from 'vitest';
import { createRunningInstance, problemOf } from '../api-client.ts';

it('where Smartlead cannot be reached nothing is stored or changed', async () => {
  const { platform, api, owner, keyId } = await createRunningInstance();
  const before = await platform.keys.find(owner.workspaceId, keyId);
  platform.smartleadKeyChecker.reachable = false;
  const created = await api.call('POST', '/v1/keys', { token: owner.token, body: { label: 'Main', apiKey: 'demo-12345' } });
  const rotated = await api.call('POST', `/v1/keys/${keyId}/rotate`, { token: owner.token, body: { apiKey: 'demo-12345' } });
  for (const answer of [created, rotated]) expect([answer.status, problemOf(answer)]).toEqual([502, 'smartlead-unreachable']);
  expect(await platform.secrets.list()).toHaveLength(1);
  expect(await platform.keys.find(owner.workspaceId, keyId)).toEqual(before);
});
