import { describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import { instanceStatuses } from '../../../../core/instance-status.ts';
import { createInstance, createRunningInstance } from '../api-client.ts';

const runtime = { launcher: 'child-process', ref: '4711', address: 'http://127.0.0.1:43121' } as const;
const live = {
  sessions: 3,
  memoryBytes: 81_000_000,
  uptimeSeconds: 12.5,
  rateLimit: {
    ...{ perSecond: 5, perMinute: 50, usedLastMinute: 41, waiting: 2, pausedSeconds: 1.5, remaining: null, learned: false },
  },
};

async function withLiveMetrics() {
  const set = await createRunningInstance();
  await set.platform.instances.update(set.instanceId, { runtime });
  set.platform.instanceMetrics.answers.set(runtime.address, live);
  const read = async (instanceId = set.instanceId) =>
    (await set.api.call('GET', `/v1/instances/${instanceId}/metrics`, { token: set.owner.token })).json;
  return { ...set, read };
}

it('shows what a running instance tells of itself', async () => {
  const { read } = await withLiveMetrics();
  const nothing = { calls: 0, errors: 0 };
  expect(await read()).toMatchObject({ lastHour: nothing, lastDay: nothing, live });
});

it('counts the calls of this instance in the last hour and the last day', async () => {
  const { platform, api, owner, keyId, instanceId, read } = await withLiveMetrics();
  const other = await createInstance(api, owner.token, keyId);
  const record = { instanceId, workspaceId: owner.workspaceId, tool: 'leads_categories' };
  const at = (minute: string, calls: number, errors: number) => ({ ...record, minute, calls, errors });
  await platform.usage.apply({
    batchId: createIdentifier('batch'),
    records: [
      at('2026-11-22T08:00:00.000Z', 1_000, 1_000), // Just begins.
      at('2026-11-22T07:59:00.000Z', 1, 0),
      at('2026-11-22T07:00:00.000Z', 2, 1),
      at('2026-11-22T06:59:00.000Z', 4, 2),
      at('2026-11-21T08:00:00.000Z', 8, 4),
      at('2026-11-21T07:59:00.000Z', 16, 8),
      { ...at('2026-11-22T07:30:00.000Z', 500, 500), instanceId: other },
      { ...at('2026-11-22T07:31:00.000Z', 3, 0), tool: 'campaigns_get_all' },
    ],
  });
  expect(await read()).toMatchObject({ lastHour: { calls: 6, errors: 1 }, lastDay: { calls: 18, errors: 7 } });
});

it('says so where the instance does not answer', async () => {
  const { platform, read } = await withLiveMetrics();
  platform.instanceMetrics.answers.clear();
  expect((await read()).live).toBeNull();
});

describe('of an instance that does not run', () => {
  it.each(instanceStatuses.filter((status) => status !== 'running'))('%s: nobody is asked', async (status) => {
    const { platform, instanceId, read } = await withLiveMetrics();
    await platform.instances.update(instanceId, { status });
    expect((await read()).live).toBeNull();
    expect(platform.instanceMetrics.asked).toEqual([]);
  });
});
