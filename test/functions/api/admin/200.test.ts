import { expect, it } from 'vitest';
import { createInstance, createKey, createRunningInstance, signUp } from '../api-client.ts';

it('operators see the instances of all workspaces and what runs for them', async () => {
  const { platform, api, owner, instanceId } = await createRunningInstance();
  const runtime = { launcher: 'child-process', ref: '4711', address: 'http://127.0.0.1:43121' } as const;
  await platform.instances.update(instanceId, { runtime });
  const other = await signUp(api, 'grace@example.com');
  const otherId = await createInstance(api, other.token, await createKey(api, other.token));
  const answer = await api.call('GET', '/v1/admin/instances', { token: owner.token });
  expect(answer.json.items).toMatchObject([
    { id: otherId, workspaceId: other.workspaceId, status: 'provisioning', runtime: null },
    { id: instanceId, workspaceId: owner.workspaceId, name: 'Campaigns', status: 'running', statusReason: 'Running.', runtime },
  ]);
  expect(answer.json.items[0].keyId).toBeUndefined();
});
