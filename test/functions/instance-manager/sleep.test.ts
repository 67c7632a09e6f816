import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Supervisor } from '../../../functions/instance-manager/supervisor.ts';
import type { Instance, LaunchRequest } from '../../../functions/ports.ts';
import { InMemoryInstanceActivity } from '../in-memory/instance-activity.ts';
import { atRest, Disk, Installation, running, workspaceId } from './installation.ts';

let supervisors: Supervisor[] = [];

async function supervised({ disk = new Disk(), neverSleeps = false, rememberMilliseconds = 0 } = {}) {
  const activity = new InMemoryInstanceActivity();
  const installation = new Installation({ disk, ports: { activity } });
  await installation.runner.prepare();
  const woken: string[] = [];
  const supervisor = new Supervisor(
    {
      ...installation.supervisorPorts,
      observer: { woke: (instanceId) => void woken.push(instanceId) },
      ...(neverSleeps ? { sleepRules: () => ({ neverSleeps: true }) } : {}),
    },
    // Far apart, so that what is read is read by the watch.
    rememberMilliseconds > 0 ? { idle: { rememberMilliseconds }, intervalMilliseconds: 24 * 60 * 60_000 } : {},
  );
  supervisors.push(supervisor);
  await supervisor.start();
  return { installation, supervisor, activity, woken };
}

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  const stopped = Promise.all(supervisors.map((supervisor) => supervisor.stop()));
  await pass(2000);
  await stopped;
  supervisors = [];
  vi.useRealTimers();
});

async function runningInstance(installation: Installation, change: Partial<Instance> = {}): Promise<string> {
  const id = await installation.addInstance(change);
  await installation.runner.run(id, 'start');
  expect(await installation.observe(id)).toEqual(running);
  return id;
}

async function sleepingInstance(installation: Installation, change: Partial<Instance> = {}): Promise<string> {
  const id = await runningInstance(installation, change);
  await installation.runner.run(id, 'sleep', { recovery: true });
  expect(await installation.observe(id)).toEqual(atRest('sleeping'));
  return id;
}

describe('an instance that nobody calls', () => {
  it('sleeps after its idle time, counted from when it came up, without process, route and access token', async () => {
    const { installation } = await supervised();
    const id = await runningInstance(installation, { sleepAfterSeconds: 60 });
    await pass(59_000);
    expect(await installation.observe(id)).toEqual(running);
    await pass(12_000);
    expect(await installation.observe(id)).toEqual(atRest('sleeping'));
    expect(await installation.instance(id)).toMatchObject({
      desiredState: 'running',
      statusReason: 'The instance sleeps because nobody used it for a while. The next request wakes it.',
    });
    expect(installation.disk.events.events.map(({ type }) => type)).toContain('sleeping');
    await pass(10 * 60_000);
    expect(await installation.observe(id)).toEqual(atRest('sleeping'));
    expect(installation.launcher.launches).toBe(1);
    expect(installation.incidents).toEqual([]);
  });

  it('sleeps soon after a short idle time too', async () => {
    const { installation } = await supervised();
    const id = await runningInstance(installation, { sleepAfterSeconds: 5 });
    await pass(12_000);
    expect(await installation.observe(id)).toEqual(atRest('sleeping'));
  });

  it('stays awake where it shall never sleep, or its plan says so', async () => {
    const { installation } = await supervised();
    const id = await runningInstance(installation, { sleepAfterSeconds: null });
    await pass(60 * 60_000);
    expect(await installation.observe(id)).toEqual(running);
    const withPlan = await supervised({ neverSleeps: true });
    const always = await runningInstance(withPlan.installation, { sleepAfterSeconds: 5 });
    await pass(60_000);
    expect(await withPlan.installation.observe(always)).toEqual(running);
  });

  it('stays awake while a request is in flight, and for its idle time after the last; open streams count for nothing', async () => {
    const { installation, activity } = await supervised();
    const id = await runningInstance(installation, { sleepAfterSeconds: 60 });
    activity.set(id, { lastRequestAt: Date.now(), requestsInFlight: 1, streams: 1 });
    await pass(10 * 60_000);
    expect(await installation.observe(id)).toEqual(running);
    activity.set(id, { lastRequestAt: Date.now(), streams: 3 });
    await pass(59_000);
    expect(await installation.observe(id)).toEqual(running);
    await pass(7_000);
    expect(await installation.observe(id)).toEqual(atRest('sleeping'));
  });

  it('stays awake where a call comes just before it would sleep, and where its activity cannot be read', async () => {
    const { installation, activity } = await supervised();
    const id = await runningInstance(installation, { sleepAfterSeconds: null });
    activity.set(id, { requestsInFlight: 1 });
    await installation.runner.run(id, 'sleep', { recovery: true });
    expect(await installation.observe(id)).toEqual(running);
    vi.spyOn(activity, 'read').mockRejectedValue(new Error('the router is away'));
    await installation.change(id, { sleepAfterSeconds: 5 });
    await pass(30_000);
    expect(await installation.observe(id)).toEqual(running);
    expect(installation.incidents).not.toEqual([]);
  });
});

describe('where reads of the store cost money', () => {
  const rememberMilliseconds = 30_000;

  it('an instance sleeps at most so much later, and soon after its last call once it is known', async () => {
    const { installation, activity } = await supervised({ rememberMilliseconds });
    const id = await runningInstance(installation, { sleepAfterSeconds: 5 });
    activity.set(id, { requestsInFlight: 1 });
    await pass(40_000);
    activity.set(id, { lastRequestAt: Date.now(), streams: 1 });
    await pass(4_000);
    expect(await installation.observe(id)).toEqual(running);
    await pass(3_000);
    expect(await installation.observe(id)).toEqual(atRest('sleeping'));
    await installation.runner.run(id, 'start');
    await pass(5_000 + rememberMilliseconds + 6_000);
    expect(await installation.observe(id)).toEqual(atRest('sleeping'));
  });

  it('only what runs is read, once in so long', async () => {
    const { installation } = await supervised({ rememberMilliseconds });
    for (let count = 0; count < 5; count += 1) await sleepingInstance(installation);
    const id = await runningInstance(installation, { sleepAfterSeconds: 24 * 60 * 60 });
    const { instances } = installation.disk;
    const [all, one] = [vi.spyOn(instances, 'listAll'), vi.spyOn(instances, 'findById')];
    await pass(30 * 60_000);
    expect(all).not.toHaveBeenCalled();
    // Once in thirty seconds by this watch, and once a minute by the one for load.
    expect(one.mock.calls.length).toBeLessThanOrEqual(60 + 30);
    expect(new Set(one.mock.calls.flat())).toEqual(new Set([id]));
  });

  it('what changed since it was read counts before it is put to sleep', async () => {
    const { installation } = await supervised({ rememberMilliseconds: 60 * 60_000 });
    const id = await runningInstance(installation, { sleepAfterSeconds: 60 });
    await pass(5_000);
    await installation.change(id, { sleepAfterSeconds: null });
    await pass(10 * 60_000);
    expect(await installation.observe(id)).toEqual(running);
  });

  it('a process that was launched anew meanwhile has its whole time', async () => {
    const { installation } = await supervised({ rememberMilliseconds: 60 * 60_000 });
    const id = await runningInstance(installation, { sleepAfterSeconds: 60 });
    await pass(40_000);
    await installation.runner.run(id, 'restart', { recovery: true });
    await pass(40_000);
    expect(await installation.observe(id)).toEqual(running);
    await pass(70_000);
    expect(await installation.observe(id)).toEqual(atRest('sleeping'));
  });
});

describe('a sleeping instance', () => {
  it('is woken once by many calls at once, and told of', async () => {
    const { installation, supervisor, woken } = await supervised();
    const id = await sleepingInstance(installation);
    installation.launcher.launchMilliseconds = 100;
    const wakes = Array.from({ length: 50 }, () => supervisor.wake(id));
    await pass(50);
    expect(await installation.instance(id)).toMatchObject({
      status: 'restarting',
      statusReason: expect.stringContaining('woken'),
    });
    await pass(60);
    await Promise.all(wakes);
    expect(await installation.observe(id)).toEqual(running);
    expect(installation.launcher.launches).toBe(2);
    expect(woken).toEqual([id]);
    expect(installation.disk.events.events.map(({ message }) => message)).toContain('A request woke the instance.');
  });

  it('is woken by a call that comes while it is just going to sleep', async () => {
    const { installation, supervisor } = await supervised();
    const id = await runningInstance(installation);
    installation.launcher.stopMilliseconds = 100;
    const sleep = installation.runner.run(id, 'sleep', { recovery: true });
    await pass(50);
    // What the router sees: no route, and a status that it may wake.
    expect(await installation.observe(id)).toMatchObject({ status: 'sleeping', hasRoute: false, processes: 1 });
    const wake = supervisor.wake(id);
    await pass(1000);
    await Promise.all([sleep, wake]);
    expect(await installation.observe(id)).toEqual(running);
    expect(installation.launcher.doubles).toEqual([]);
  });

  it('that cannot be woken is tried again after a pause', async () => {
    const { installation, supervisor, woken } = await supervised();
    const id = await sleepingInstance(installation);
    installation.launcher.failures = 2;
    await supervisor.wake(id);
    expect(await installation.observe(id)).toEqual(atRest('restarting'));
    await pass(5_000);
    expect(await installation.observe(id)).toEqual(running);
    expect(woken).toEqual([]);
  });

  it('with a key that Smartlead refuses by now becomes unauthenticated', async () => {
    const { installation, supervisor } = await supervised();
    const id = await sleepingInstance(installation);
    const { keyId = '' } = (await installation.instance(id)) ?? {};
    await installation.disk.keys.update(workspaceId, keyId, { status: 'refused' });
    const check = vi.spyOn(installation.keyChecker, 'check').mockResolvedValue('refused');
    await supervisor.wake(id);
    expect(await installation.observe(id)).toEqual(atRest('unauthenticated'));
    expect(check).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['start', running],
    ['restart', running],
    ['stop', atRest('stopped')],
    ['delete', atRest(undefined)],
  ] as const)('obeys a %s', async (operation, expected) => {
    const { installation } = await supervised();
    const id = await sleepingInstance(installation);
    await installation.ask(id, operation);
    expect(await installation.observe(id)).toEqual(expected);
  });

  it('sleeps on when its settings or its key change, and wakes with the new ones', async () => {
    const { installation, supervisor } = await supervised();
    const id = await sleepingInstance(installation);
    const { keyId = '' } = (await installation.instance(id)) ?? {};
    await installation.change(id, { policy: 'full' });
    const secret = await installation.disk.secrets.put(`smartlead-key/${keyId}`, 'demo-rotated');
    await installation.disk.keys.update(workspaceId, keyId, { secret });
    await installation.disk.secrets.deleteVersionsBefore(secret);
    await installation.applySettings(id);
    await pass(60_000);
    expect(await installation.observe(id)).toEqual(atRest('sleeping'));
    await supervisor.wake(id);
    const [process] = installation.launcher.processes.values();
    expect(process?.configuration).toMatchObject({ policy: 'full', smartleadApiKey: 'demo-rotated' });
  });

  it('sleeps on when the platform starts again, and a call wakes it then', async () => {
    const { installation, supervisor } = await supervised();
    const ids = await Promise.all(Array.from({ length: 200 }, () => sleepingInstance(installation)));
    const stopped = supervisor.stop();
    await pass(2_000);
    await stopped;
    const next = await supervised({ disk: installation.disk });
    await pass(5 * 60_000);
    expect(next.installation.launcher.launches).toBe(0);
    for (const id of ids) expect(await next.installation.observe(id)).toEqual(atRest('sleeping'));
    await next.supervisor.wake(ids[7] ?? '');
    expect(await next.installation.observe(ids[7] ?? '')).toEqual(running);
    expect(next.installation.launcher.processes.size).toBe(1);
  });

  it('is ended wholly at the next comparison where the platform was killed while it put it to sleep', async () => {
    const disk = new Disk();
    const { installation } = await supervised({ disk });
    const id = await runningInstance(installation);
    await installation.change(id, { status: 'sleeping' });
    await pass(31_000);
    expect(await installation.observe(id)).toEqual(atRest('sleeping'));
  });
});

describe('a sleep that fails', () => {
  const failing = () => Promise.reject(new Error('disk full'));

  it('before it began leaves the instance as it runs', async () => {
    const { installation } = await supervised();
    const id = await runningInstance(installation);
    const broken = new Installation({ disk: installation.disk, ports: installation.ports, tasks: { BeginOperation: failing } });
    const asleep = broken.runner.run(id, 'sleep', { recovery: true });
    await pass(1_000);
    await asleep;
    expect(await installation.observe(id)).toEqual(running);
  });

  it('half way is repaired: the instance serves again', async () => {
    const { installation } = await supervised();
    const id = await runningInstance(installation);
    const broken = new Installation({ disk: installation.disk, ports: installation.ports, tasks: { StopInstance: failing } });
    const asleep = broken.runner.run(id, 'sleep', { recovery: true });
    await pass(1_000);
    await asleep;
    expect(await installation.instance(id)).toMatchObject({ status: 'restarting' });
    await pass(31_000);
    expect(await installation.observe(id)).toEqual(running);
    expect(installation.launcher.doubles).toEqual([]);
  });

  it('gives the process longer to finish a call that slipped in than the launcher would', async () => {
    const graces: (number | undefined)[] = [];
    const { installation } = await supervised();
    const id = await runningInstance(installation);
    const { launcher } = installation;
    const stop = launcher.stop.bind(launcher);
    launcher.stop = (instanceId: LaunchRequest['workspaceId'], ...more: number[]) => {
      graces.push(more[0]);
      return stop(instanceId);
    };
    await installation.runner.run(id, 'sleep', { recovery: true });
    expect(graces).toEqual([50_000]);
  });
});
