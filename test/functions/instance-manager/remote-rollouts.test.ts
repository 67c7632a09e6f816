import { describe, expect, it } from 'vitest';
import { RemoteRollouts } from '../../../functions/instance-manager/remote-rollouts.ts';
import { InMemoryInstanceStore } from '../in-memory/instance-store.ts';
import { InMemoryInstanceVersions } from '../in-memory/instance-versions.ts';
import { InMemoryRolloutStore } from '../in-memory/rollout-store.ts';

const at = '2026-11-22T08:00:00.000Z';

function arranged({
  cancel = async () => {},
  begun = async () => {},
}: {
  cancel?(): Promise<void>;
  begun?(): Promise<void>;
} = {}) {
  const store = new InMemoryRolloutStore();
  const versions = new InMemoryInstanceVersions();
  const told: string[] = [];
  const rollouts = new RemoteRollouts(
    {
      ...{ versions, rollouts: store, instances: new InMemoryInstanceStore(), clock: { now: () => new Date(at) } },
      begun: async () => {
        told.push('begun');
        await begun();
      },
      cancel: async (rolloutId) => {
        told.push(rolloutId);
        await cancel();
      },
    },
    { patienceMilliseconds: 100, lookAgainMilliseconds: 5 },
  );
  return { store, versions, told, rollouts };
}

/** An installation whose release brings a version that nothing runs yet. */
async function begun(options: Parameters<typeof arranged>[0] = {}) {
  const made = arranged(options);
  await made.versions.installRelease();
  made.versions.release = 'version-2';
  const rollout = await made.rollouts.begin();
  return { ...made, rollout };
}

describe('rollouts that another process carries out', () => {
  it('are stored as begun by the rules of any rollout, and the manager is told', async () => {
    const { store, told, rollouts, rollout } = await begun();
    expect(rollout).toMatchObject({ version: 'version-2', previousVersion: 'version-1', status: 'canary', startedAt: at });
    expect(await store.findActive()).toEqual(rollout);
    expect(told).toEqual(['begun']);
    await expect(rollouts.begin('version-9')).rejects.toMatchObject({ type: 'not-found' });
    expect(await rollouts.versions()).toMatchObject({ current: 'version-1', items: expect.any(Array) });
    expect((await rollouts.list({ limit: 10 })).items).toEqual([rollout]);
  });

  it('begin also where the manager could not be told: it looks for them', async () => {
    const { store, rollout } = await begun({ begun: () => Promise.reject(new Error('queue away')) });
    expect(await store.findActive()).toEqual(rollout);
  });

  it('are cancelled by the manager, which is waited for', async () => {
    const made = await begun({
      cancel: async () =>
        void (await made.store.update(made.rollout.id, { status: 'rolling_back', reason: 'An operator cancelled it.' })),
    });
    expect(await made.rollouts.cancel(made.rollout.id)).toMatchObject({ status: 'rolling_back' });
    expect(await made.rollouts.cancel(made.rollout.id)).toMatchObject({ status: 'rolling_back' });
    expect(made.told).toEqual(['begun', made.rollout.id]);
  });

  it('say so where the manager does not answer', async () => {
    const { rollouts, rollout } = await begun();
    await expect(rollouts.cancel(rollout.id)).rejects.toMatchObject({ type: 'not-available' });
  });

  it('that have ended meanwhile, or are none, are not cancelled', async () => {
    const made = await begun({
      cancel: async () => void (await made.store.update(made.rollout.id, { status: 'done', endedAt: at })),
    });
    await expect(made.rollouts.cancel('rol_none')).rejects.toMatchObject({ type: 'not-found' });
    await expect(made.rollouts.cancel(made.rollout.id)).rejects.toMatchObject({ type: 'conflict' });
    await expect(made.rollouts.cancel(made.rollout.id)).rejects.toMatchObject({ type: 'conflict' });
    expect(made.told).toEqual(['begun', made.rollout.id]);
  });
});
