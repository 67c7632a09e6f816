import { expect, it } from 'vitest';
import type { Platform } from '../../../../functions/api/platform.ts';
import { createInstance, createKey, createRunningInstance, problemOf, signUp, tokenFor } from '../api-client.ts';

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

it('operators confirm orphans that are held back, which is audited, and nobody else does', async () => {
  const { platform, api, owner } = await createRunningInstance();
  const confirmed: number[] = [];
  const confirmOrphans = async (atMost: number) => void confirmed.push(atMost);
  Object.assign(platform, { confirmOrphans } satisfies Pick<Platform, 'confirmOrphans'>);
  platform.audit.entries.length = 0;
  const confirm = (body: object, token = owner.token) => api.call('POST', '/v1/admin/orphans/confirm', { token, body });
  expect(await confirm({ atMost: 42 })).toMatchObject({ status: 202, json: { atMost: 42 } });
  expect(platform.audit.entries).toMatchObject([{ action: 'orphans.confirm', outcome: 'success', details: { atMost: 42 } }]);
  for (const atMost of [0, 1.5, -1, '42']) expect(problemOf(await confirm({ atMost }))).toBe('invalid-input');
  expect((await confirm({ atMost: 1 }, await tokenFor(platform, owner.workspaceId, 'owner'))).status).toBe(403);
  expect(confirmed).toEqual([42]);
});

it('there is nothing to confirm where whatever belongs to nothing is ended at once', async () => {
  const { api, owner } = await createRunningInstance();
  const answer = await api.call('POST', '/v1/admin/orphans/confirm', { token: owner.token, body: { atMost: 1 } });
  expect(problemOf(answer)).toBe('conflict');
});
