import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RemoteRollouts } from '../../../functions/instance-manager/remote-rollouts.ts';
import { RolloutManager } from '../../../functions/instance-manager/rollout-manager.ts';
import { Supervisor } from '../../../functions/instance-manager/supervisor.ts';
import type { Rollout } from '../../../functions/ports.ts';
import { InMemoryInstanceActivity } from '../in-memory/instance-activity.ts';
import { InMemoryInstanceVersions } from '../in-memory/instance-versions.ts';
import { InMemoryRolloutStore } from '../in-memory/rollout-store.ts';
import { Disk, Installation } from './installation.ts';

/** What outlives a platform that is killed. */
class RolloutDisk extends Disk {
  readonly rollouts = new InMemoryRolloutStore();
  readonly versions = new InMemoryInstanceVersions();
}

const stopping: (() => Promise<void>)[] = [];
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

async function platform(disk = new RolloutDisk()) {
  const activity = new InMemoryInstanceActivity();
  const installation = new Installation({
    disk,
    ports: { activity, versionFor: (instanceId: string) => rollouts.versionFor(instanceId) },
  });
  const rollouts: RolloutManager = new RolloutManager({
    ...{ clock: installation.ports.clock, instances: disk.instances, rollouts: disk.rollouts, versions: disk.versions, activity },
    relaunch: (instanceId, reason) => supervisor.relaunch(instanceId, reason),
    report: (incident) => void installation.incidents.push(incident),
  });
  const supervisor: Supervisor = new Supervisor({ ...installation.supervisorPorts, observer: rollouts }, { random: () => 0.5 });
  await installation.runner.prepare();
  await rollouts.prepare();
  const started = supervisor.start();
  await pass(500);
  await started;
  rollouts.resume();
  stopping.push(async () => {
    await Promise.all([rollouts.stop(), supervisor.stop()]);
  });
  return { disk, installation, rollouts, supervisor, activity };
}

/** A platform with so many running instances, whose release brings another version. */
async function upgradable(count: number) {
  const made = await platform();
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = await made.installation.addInstance({ sleepAfterSeconds: null });
    await made.installation.runner.run(id, 'start');
    ids.push(id);
  }
  made.disk.versions.release = 'version-2';
  return { ...made, ids };
}

type Made = Awaited<ReturnType<typeof upgradable>>;

/** Ends the platform without a further step. Its processes end with it; what is stored stays. */
async function die({ rollouts, supervisor }: Pick<Made, 'rollouts' | 'supervisor'>): Promise<void> {
  const dead = Promise.all([rollouts.stop(), supervisor.stop()]);
  await pass(3_000);
  await dead;
}

async function versionsOf({ installation, ids }: Pick<Made, 'installation' | 'ids'>): Promise<(string | undefined)[]> {
  return Promise.all(ids.map(async (id) => (await installation.instance(id))?.runtime?.version));
}

async function latest({ rollouts }: Pick<Made, 'rollouts'>): Promise<Rollout | undefined> {
  return (await rollouts.list({ limit: 1 })).items[0];
}

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  const stopped = Promise.all(stopping.splice(0).map((stop) => stop()));
  await pass(3_000);
  await stopped;
  vi.useRealTimers();
});

describe('a rollout', () => {
  it('goes to the least busy instance first, then to four at a time, and never to one that sleeps', async () => {
    const made = await upgradable(7);
    const { installation, rollouts, activity, ids, disk } = made;
    for (const id of ids) activity.set(id, { requestsInFlight: 5 });
    activity.set(ids[3] ?? '', { requestsInFlight: 1 });
    const asleep = ids[6] ?? '';
    activity.set(asleep, {});
    await installation.runner.run(asleep, 'sleep', { recovery: true });
    const rollout = await rollouts.begin();
    expect(rollout).toMatchObject({ version: 'version-2', previousVersion: 'version-1', status: 'canary', total: 6 });
    await pass(29_000);
    expect((await versionsOf(made)).filter((version) => version === 'version-2')).toHaveLength(1);
    expect((await installation.instance(ids[3] ?? ''))?.runtime?.version).toBe('version-2');

    installation.launcher.launchMilliseconds = 200;
    await pass(1_500);
    const restarting = await Promise.all(ids.map(async (id) => (await installation.instance(id))?.status));
    expect(restarting.filter((status) => status === 'restarting').length).toBeLessThanOrEqual(4);
    await pass(40_000);
    expect(await latest(made)).toMatchObject({ status: 'done', reason: null, endedAt: expect.any(String) });
    expect((await latest(made))?.upgraded).toHaveLength(6);
    expect(await versionsOf(made)).toEqual([...Array.from({ length: 6 }, () => 'version-2'), undefined]);
    expect(await installation.observe(asleep)).toMatchObject({ status: 'sleeping', processes: 0 });
    expect(await disk.versions.current()).toBe('version-2');

    installation.launcher.launchMilliseconds = 0;
    await installation.ask(asleep, 'start');
    expect((await installation.instance(asleep))?.runtime?.version).toBe('version-2');
    expect(installation.incidents).toEqual([]);
  });

  it('that another process began is taken up once, carried out, and not taken up again', async () => {
    const made = await upgradable(2);
    const { installation, rollouts, disk } = made;
    const { clock } = installation.ports;
    await rollouts.lookForBegun();
    expect((await latest(made))?.id).toBeUndefined();
    const ports = { clock, instances: disk.instances, rollouts: disk.rollouts, versions: disk.versions };
    const begun = await new RemoteRollouts({ ...ports, begun: async () => {}, cancel: async () => {} }).begin();
    await Promise.all([rollouts.lookForBegun(), rollouts.lookForBegun()]);
    for (let second = 0; second < 90; second += 1) {
      await pass(1_000);
      await rollouts.lookForBegun();
    }
    expect(await latest(made)).toMatchObject({ id: begun.id, status: 'done' });
    expect((await latest(made))?.upgraded).toHaveLength(2);
    expect(await versionsOf(made)).toEqual(['version-2', 'version-2']);
    expect(await rollouts.versionFor('ins_any')).toBe('version-2');
    await expect(rollouts.cancel(begun.id)).rejects.toMatchObject({ type: 'conflict' });
  });

  it('takes the upgraded instances back where one dies, and stops', async () => {
    const made = await upgradable(5);
    const { installation, rollouts, ids, disk } = made;
    await rollouts.begin();
    await pass(34_000);
    expect(await versionsOf(made)).toEqual(ids.map(() => 'version-2'));
    installation.launcher.kill(ids[2] ?? '');
    await pass(5_000);
    expect(await latest(made)).toMatchObject({
      status: 'rolled_back',
      failedInstanceId: ids[2],
      reason: 'An instance with the new version ended or did not answer.',
    });
    expect(await versionsOf(made)).toEqual(ids.map(() => 'version-1'));
    for (const id of ids) expect(await installation.instance(id)).toMatchObject({ status: 'running' });
    expect(await disk.versions.current()).toBe('version-1');
    await pass(10 * 60_000);
    expect(await versionsOf(made)).toEqual(ids.map(() => 'version-1'));
  });

  it('takes a canary back that does not start, and that is not healthy; the others never saw it', async () => {
    const made = await upgradable(3);
    const { installation, rollouts, ids } = made;
    installation.launcher.failures = 1;
    await rollouts.begin();
    await pass(5_000);
    expect(await latest(made)).toMatchObject({ status: 'rolled_back' });
    expect(await versionsOf(made)).toEqual(ids.map(() => 'version-1'));

    await rollouts.begin('version-2');
    await pass(100);
    const canary = (await latest(made))?.upgraded[0]?.instanceId ?? '';
    installation.probe.set(canary, { healthy: false, reason: 'it did not answer within 2 seconds.' });
    await pass(15_000);
    installation.probe.set(canary, { healthy: true });
    await pass(60_000);
    expect(await latest(made)).toMatchObject({ status: 'rolled_back', failedInstanceId: canary });
    expect(await versionsOf(made)).toEqual(ids.map(() => 'version-1'));
    expect(installation.launcher.doubles).toEqual([]);
  });

  it('can be cancelled, and can go to an older version as to a newer one', async () => {
    const made = await upgradable(6);
    const { rollouts, ids } = made;
    const { id } = await rollouts.begin();
    await expect(rollouts.begin()).rejects.toMatchObject({ type: 'conflict' });
    await pass(10_000);
    expect(await rollouts.cancel(id)).toMatchObject({ status: 'rolling_back', reason: 'An operator cancelled it.' });
    await pass(1_000);
    expect(await latest(made)).toMatchObject({ status: 'rolled_back', failedInstanceId: null });
    expect(await versionsOf(made)).toEqual(ids.map(() => 'version-1'));
    await expect(rollouts.cancel(id)).rejects.toMatchObject({ type: 'conflict' });
    await expect(rollouts.cancel('rol_none')).rejects.toMatchObject({ type: 'not-found' });

    await rollouts.begin('version-2');
    await pass(80_000);
    expect(await rollouts.versions()).toMatchObject({ current: 'version-2' });
    await rollouts.begin('version-1');
    await pass(80_000);
    expect(await versionsOf(made)).toEqual(ids.map(() => 'version-1'));
    expect(await rollouts.versions()).toMatchObject({ current: 'version-1' });
    await expect(rollouts.begin('version-3')).rejects.toMatchObject({ type: 'not-found' });
  });

  it('of the version that all run is refused', async () => {
    const made = await upgradable(2);
    await expect(made.rollouts.begin('version-1')).rejects.toMatchObject({
      type: 'conflict',
      detail: 'All instances run this version already.',
    });
    expect(await latest(made)).toBeUndefined();
    expect(made.installation.launcher.launches).toBe(2);
  });

  it('counts no instance that fell asleep before it had the version, and tells owners why theirs restarted', async () => {
    const made = await upgradable(6);
    const { installation, disk, rollouts, ids } = made;
    expect(await rollouts.begin()).toMatchObject({ total: 6 });
    await pass(10);
    // Any may be the first, as their ids are random.
    const upgraded = (await latest(made))?.upgraded.map(({ instanceId }) => instanceId);
    const tired = ids.slice(1).find((id) => !upgraded?.includes(id));
    await installation.runner.run(tired ?? '', 'sleep', { recovery: true });
    await pass(2_000);
    expect(await latest(made)).toMatchObject({ status: 'canary', total: 5 });
    await pass(80_000);
    expect(await latest(made)).toMatchObject({ status: 'done', total: 5 });
    expect((await latest(made))?.upgraded).toHaveLength(5);
    const told = disk.events.events.filter(({ instanceId, type }) => instanceId === ids[0] && type === 'starting');
    expect(told.map(({ message }) => message)).toEqual(['A start was asked for.', 'A new version was installed.']);
  });

  it('goes on after a failure of the store', async () => {
    const made = await upgradable(2);
    const { disk, installation } = made;
    await made.rollouts.begin();
    await pass(10);
    const failing = vi.spyOn(disk.rollouts, 'update').mockRejectedValue(new Error('database away'));
    await pass(40_000);
    failing.mockRestore();
    await pass(70_000);
    expect(await latest(made)).toMatchObject({ status: 'done' });
    expect(await versionsOf(made)).toEqual(['version-2', 'version-2']);
    expect(installation.incidents.length).toBeGreaterThan(0);
  });
});

describe('a platform that dies during a rollout', () => {
  it.each([
    ['while the canary is watched', 5_000],
    ['when some have it', 30_500],
    ['when all have it', 45_000],
  ])('%s goes on with it, and every instance comes back with its own version', async (_when, milliseconds) => {
    const made = await upgradable(6);
    const { ids, disk } = made;
    await made.rollouts.begin();
    await pass(milliseconds);
    const before = await versionsOf(made);
    await die(made);
    const next = await platform(disk);
    expect(await versionsOf({ ...next, ids })).toEqual(before);
    await pass(120_000);
    expect(await latest(next)).toMatchObject({ status: 'done' });
    expect(await versionsOf({ ...next, ids })).toEqual(ids.map(() => 'version-2'));
  });

  it('and has not noticed yet that another one has ended it changes nothing more of it', async () => {
    const made = await upgradable(3);
    const { id } = await made.rollouts.begin();
    await pass(5_000);
    const endedAt = new Date().toISOString();
    await made.disk.rollouts.update(id, { status: 'failed', reason: 'The other one said so.', endedAt });
    await pass(120_000);
    expect(await latest(made)).toMatchObject({ status: 'failed', reason: 'The other one said so.', endedAt });
    await expect(made.rollouts.cancel(id)).rejects.toMatchObject({ type: 'conflict' });
    expect((await made.rollouts.begin()).id).not.toBe(id);
  });

  it('while it goes back has all instances with the version before', async () => {
    const made = await upgradable(3);
    const { id } = await made.rollouts.begin();
    await pass(5_000);
    await die(made);
    await made.disk.rollouts.update(id, { status: 'rolling_back', reason: 'An operator cancelled it.' });
    const next = await platform(made.disk);
    expect(await versionsOf({ ...next, ids: made.ids })).toEqual(made.ids.map(() => 'version-1'));
    await pass(10);
    expect(await latest(next)).toMatchObject({ status: 'rolled_back', upgraded: [] });
  });

  it('and starts again with another release ends the rollout: all run the new release', async () => {
    const made = await upgradable(2);
    await made.rollouts.begin();
    await pass(5_000);
    await die(made);
    made.disk.versions.installed.add('version-3');
    await made.disk.versions.makeCurrent('version-3');
    const next = await platform(made.disk);
    expect(await latest(next)).toMatchObject({ status: 'failed', reason: expect.stringContaining('another version') });
    expect(await versionsOf({ ...next, ids: made.ids })).toEqual(['version-3', 'version-3']);
  });
});
