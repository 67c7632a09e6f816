import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideRolloutStep,
  type ObservedInstance,
  patienceMilliseconds,
  type RolloutStep,
  upgradedAtOnce,
} from '../../../functions/domain/rollout.ts';
import type { Rollout } from '../../../functions/ports.ts';

const begun: Rollout = {
  ...{ id: 'rol_1', version: 'b', previousVersion: 'a', status: 'canary', observeSeconds: 30, upgraded: [], total: 0 },
  ...{ failedInstanceId: null, reason: null, startedAt: '2026-11-22T08:00:00.000Z', endedAt: null },
};

function instance(id: string, change: Partial<ObservedInstance> = {}): ObservedInstance {
  return { id, isServing: true, version: 'a', requestsInFlight: 0, hasFailed: false, ...change };
}

const upgradedOnes = (...ids: string[]) => ids.map((instanceId) => ({ instanceId, at: begun.startedAt }));

describe('the next step of a rollout', () => {
  it.each<[string, Partial<Rollout>, ObservedInstance[], RolloutStep]>([
    ['is to end where nothing runs', {}, [], { do: 'finish', status: 'done' }],
    ['is to end where all run the version', {}, [instance('x', { version: 'b' })], { do: 'finish', status: 'done' }],
    [
      'is to upgrade the least busy instance that serves',
      {},
      [
        instance('x', { requestsInFlight: 2 }),
        instance('y', { requestsInFlight: 1 }),
        instance('z', { isServing: false, version: undefined }),
      ],
      { do: 'upgrade', instanceIds: ['y'] },
    ],
    [
      'is to wait until the canary serves again',
      { upgraded: upgradedOnes('x') },
      [instance('x', { isServing: false, version: undefined, watchedSince: 100_000 }), instance('y')],
      { do: 'wait', milliseconds: 1000 },
    ],
    [
      'is to watch the canary',
      { upgraded: upgradedOnes('x') },
      [instance('x', { version: 'b', watchedSince: 70_200 }), instance('y')],
      { do: 'wait', milliseconds: 200 },
    ],
    [
      'is to let the others follow a canary that stayed well',
      { upgraded: upgradedOnes('x') },
      [instance('x', { version: 'b', watchedSince: 70_000 }), instance('y')],
      { do: 'widen' },
    ],
    [
      'is to choose another canary where the first was stopped or sleeps',
      { upgraded: upgradedOnes('x') },
      [instance('y')],
      { do: 'upgrade', instanceIds: ['y'] },
    ],
    [
      'is to upgrade a few at a time',
      { status: 'rolling', upgraded: upgradedOnes('x') },
      [instance('x', { version: 'b', watchedSince: 1 }), ...['p', 'q', 'r', 's', 't'].map((id) => instance(id))],
      { do: 'upgrade', instanceIds: ['p', 'q', 'r', 's'] },
    ],
    [
      'is to watch all at the end',
      { status: 'rolling', upgraded: upgradedOnes('x', 'y') },
      [instance('x', { version: 'b', watchedSince: 1 }), instance('y', { version: 'b', watchedSince: 99_000 })],
      { do: 'wait', milliseconds: 1000 },
    ],
    [
      'is to go back where an upgraded instance failed',
      { status: 'rolling', upgraded: upgradedOnes('x', 'y') },
      [instance('x', { version: 'b', watchedSince: 1 }), instance('y', { version: 'b', watchedSince: 1, hasFailed: true })],
      { do: 'roll-back', failedInstanceId: 'y', reason: 'An instance with the new version ended or did not answer.' },
    ],
    [
      'is to go back where one does not come up',
      { upgraded: upgradedOnes('x') },
      [instance('x', { isServing: false, version: undefined, watchedSince: 100_000 - patienceMilliseconds - 1 })],
      { do: 'roll-back', failedInstanceId: 'x', reason: 'An instance with the new version did not come up in time.' },
    ],
    [
      'of one that goes back is to relaunch what runs the version, and to forget what does not',
      { status: 'rolling_back', upgraded: upgradedOnes('x', 'y', 'z') },
      [instance('x', { version: 'b' }), instance('y')],
      { do: 'return', instanceIds: ['x', 'y', 'z'], relaunch: ['x'] },
    ],
    ['of one that went back is to end', { status: 'rolling_back' }, [instance('x')], { do: 'finish', status: 'rolled_back' }],
  ])('%s', (_title, change, instances, step) => {
    expect(decideRolloutStep({ ...begun, ...change }, { now: 100_000, instances })).toEqual(step);
  });
});

it('gives a launcher that takes long its time, and no more', () => {
  const upgraded = { ...begun, upgraded: upgradedOnes('x') };
  const down = (since: number) => [instance('x', { isServing: false, version: undefined, watchedSince: since })];
  const stepAfter = (milliseconds: number) =>
    decideRolloutStep(upgraded, { now: 1_000_000, instances: down(1_000_000 - milliseconds), patience: 180_000 });
  expect(stepAfter(patienceMilliseconds + 1)).toMatchObject({ do: 'wait' });
  expect(stepAfter(180_000)).toMatchObject({ do: 'wait' });
  expect(stepAfter(180_001)).toMatchObject({ do: 'roll-back', failedInstanceId: 'x' });
});

interface World {
  rollout: Rollout;
  instances: Map<string, ObservedInstance>;
  now: number;
}

/** Does what a step says, as the manager does; whether an instance survives its upgrade is decided by `survives`. */
function perform(world: World, step: RolloutStep, survives: (id: string) => boolean): void {
  const { rollout, instances } = world;
  const set = (id: string, change: Partial<ObservedInstance>) => {
    const present = instances.get(id);
    if (present) instances.set(id, { ...present, ...change });
  };
  if (step.do === 'wait') world.now += Math.max(1, step.milliseconds);
  else if (step.do === 'widen') rollout.status = 'rolling';
  else if (step.do === 'roll-back') rollout.status = 'rolling_back';
  else if (step.do === 'upgrade') {
    rollout.upgraded = [...rollout.upgraded, ...upgradedOnes(...step.instanceIds)];
    for (const id of step.instanceIds) set(id, { version: 'b', watchedSince: world.now, hasFailed: !survives(id) });
  } else if (step.do === 'return') {
    for (const id of step.relaunch) set(id, { version: 'a', hasFailed: false });
    rollout.upgraded = rollout.upgraded.filter(({ instanceId }) => !step.instanceIds.includes(instanceId));
  } else rollout.status = step.status;
}

describe('a rollout, step by step', () => {
  const ids = Array.from({ length: 12 }, (_, index) => `i${index}`);
  const worlds = fc.record({
    present: fc.subarray(ids),
    bad: fc.subarray(ids, { maxLength: 1 }),
    /** Ids that come or go at some step: asleep, stopped, woken. */
    changes: fc.array(fc.record({ step: fc.nat(40), id: fc.constantFrom(...ids), comes: fc.boolean() }), { maxLength: 6 }),
    busy: fc.array(fc.nat(5), { minLength: 12, maxLength: 12 }),
  });

  it('ends, upgrades one alone first and then at most four at once, and leaves one version in all instances', () => {
    fc.assert(
      fc.property(worlds, ({ present, bad, changes, busy }) => {
        const world: World = { rollout: structuredClone(begun), instances: new Map(), now: 0 };
        const add = (id: string, version: string) =>
          world.instances.set(
            id,
            instance(id, {
              version,
              requestsInFlight: busy[ids.indexOf(id)] ?? 0,
              ...(version === 'b' ? { watchedSince: world.now } : {}),
            }),
          );
        for (const id of present) add(id, 'a');
        const versionFor = (id: string) =>
          world.rollout.status !== 'rolling_back' && world.rollout.upgraded.some(({ instanceId }) => instanceId === id)
            ? 'b'
            : 'a';
        let steps = 0;
        for (; ['canary', 'rolling', 'rolling_back'].includes(world.rollout.status); steps += 1) {
          expect(steps).toBeLessThan(500);
          for (const { id, comes } of changes.filter(({ step }) => step === steps)) {
            if (comes && !world.instances.has(id)) add(id, versionFor(id));
            else if (!comes) world.instances.delete(id);
          }
          const step = decideRolloutStep(world.rollout, { now: world.now, instances: [...world.instances.values()] });
          if (step.do === 'upgrade') {
            expect(step.instanceIds.length).toBeLessThanOrEqual(world.rollout.status === 'canary' ? 1 : upgradedAtOnce);
            expect(step.instanceIds.length).toBeGreaterThan(0);
            for (const id of step.instanceIds) expect(world.instances.get(id)).toMatchObject({ isServing: true, version: 'a' });
          }
          perform(world, step, (id) => !bad.includes(id));
        }
        const versions = new Set([...world.instances.values()].map(({ version }) => version));
        versions.delete(world.rollout.status === 'done' ? 'b' : 'a');
        expect([...versions]).toEqual([]);
        if (bad.length === 0) expect(world.rollout.status).toBe('done');
      }),
      { numRuns: 500 },
    );
  });
});
