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

it('operators see whether everything belongs to one live instance', async () => {
  const { platform, api, owner } = await createRunningInstance();
  const violation = {
    kind: 'process_left_over' as const,
    subject: '4711',
    instanceId: 'ins_1',
    detail: 'A process that an earlier run of the platform launched still lives.',
  };
  platform.health.report = {
    holds: false,
    counts: { instances: 1, processes: 2, routes: 1, secrets: 1, tokens: 3 },
    violations: [violation],
    components: [{ name: 'launcher', status: 'ok', detail: null }],
  };
  const answer = await api.call('GET', '/v1/admin/health', { token: owner.token });
  expect(answer.status).toBe(200);
  expect(answer.json).toEqual({ checkedAt: platform.clock.now().toISOString(), ...platform.health.report });
});
