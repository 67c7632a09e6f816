import { describe, expect, it } from 'vitest';
import { createRunningInstance, problemOf, tokenFor } from '../api-client.ts';

describe('rollouts', () => {
  it('are begun, listed and cancelled by operators, and audited', async () => {
    const { platform, api, owner } = await createRunningInstance();
    platform.audit.entries.length = 0;
    const begun = await api.call('POST', '/v1/admin/rollouts', { token: owner.token, body: {} });
    expect(begun.status).toBe(202);
    expect(begun.json).toEqual({
      ...{ id: expect.stringMatching(/^rol_/), version: 'version-1', previousVersion: 'version-1', status: 'canary' },
      ...{ total: 2, done: 0, failedInstanceId: null, reason: null, startedAt: '2026-11-22T08:00:00.000Z', endedAt: null },
    });
    expect((await api.call('GET', '/v1/admin/rollouts', { token: owner.token })).json).toEqual({
      items: [begun.json],
      nextCursor: null,
    });
    const cancelled = await api.call('POST', `/v1/admin/rollouts/${begun.json.id}/cancel`, { token: owner.token });
    // Going back is a part of rolling, with a reason.
    expect(cancelled.json).toMatchObject({ status: 'rolling', reason: 'Going back: An operator cancelled it.' });
    expect(platform.audit.entries).toMatchObject([
      { action: 'rollout.begin', target: begun.json.id, details: { version: 'version-1' } },
      { action: 'rollout.cancel', target: begun.json.id, outcome: 'success' },
    ]);
  });

  it('are refused for versions that are not there, while one is under way, and for people who are no operators', async () => {
    const { platform, api, owner } = await createRunningInstance();
    const begin = (body: object, token = owner.token) => api.call('POST', '/v1/admin/rollouts', { token, body });
    expect(problemOf(await begin({ version: 'version-9' }))).toBe('not-found');
    expect(problemOf(await begin({ version: '../etc' }))).toBe('invalid-input');
    expect((await begin({ version: 'version-1' })).status).toBe(202);
    expect(problemOf(await begin({}))).toBe('conflict');
    const admin = await tokenFor(platform, owner.workspaceId, 'owner');
    expect((await begin({}, admin)).status).toBe(403);
    for (const path of ['/v1/admin/rollouts', '/v1/admin/versions']) {
      expect((await api.call('GET', path, { token: admin })).status).toBe(403);
    }
  });

  it('have versions, with how many instances run each', async () => {
    const { platform, api, owner, instanceId } = await createRunningInstance();
    platform.rollouts.installed.unshift({ version: 'version-2', installedAt: '2026-11-22T09:00:00.000Z' });
    const runtime = { launcher: 'child-process', ref: '1', address: 'http://127.0.0.1:4', version: 'version-1' } as const;
    await platform.instances.update(instanceId, { runtime });
    expect((await api.call('GET', '/v1/admin/versions', { token: owner.token })).json).toEqual({
      current: 'version-1',
      items: [
        { version: 'version-2', installedAt: '2026-11-22T09:00:00.000Z', instances: 0 },
        { version: 'version-1', installedAt: '2026-11-22T08:00:00.000Z', instances: 1 },
      ],
    });
    const { items } = (await api.call('GET', '/v1/admin/instances', { token: owner.token })).json;
    expect(items[0].runtime).toEqual(runtime);
  });
});
