import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Supervisor } from '../../../functions/instance-manager/supervisor.ts';
import { Installation } from './installation.ts';

const minute = 60_000;
let supervisors: Supervisor[] = [];
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  const stopped = Promise.all(supervisors.map((supervisor) => supervisor.stop()));
  await pass(2000);
  await stopped;
  supervisors = [];
  vi.useRealTimers();
});

async function supervised(installation = new Installation()) {
  await installation.runner.prepare();
  const supervisor = new Supervisor(installation.supervisorPorts, { random: () => 0.5 });
  supervisors.push(supervisor);
  return { installation, supervisor };
}

async function runningWith(replicas: number) {
  const { installation, supervisor } = await supervised();
  const id = await installation.addInstance({ replicas, maxReplicas: 4 });
  await installation.runner.run(id, 'start');
  await pass(10);
  return { installation, supervisor, id };
}

/** Replica numbers of what runs, and of what the router knows by address. */
async function seen(installation: Installation, id: string) {
  const processes = installation.launcher.of(id);
  const route = await installation.routes.get(id);
  const replicaAt = (address: string) => processes.find(({ runtime }) => runtime.address === address)?.replica;
  return {
    run: processes.map(({ replica }) => replica),
    first: route && replicaAt(route.address),
    routed: (route?.replicas ?? []).map(({ address }) => replicaAt(address)).sort(),
    shares: processes.map(({ configuration }) => configuration.processes ?? 1),
  };
}

const four = { run: [0, 1, 2, 3], first: 0, routed: [1, 2, 3], shares: [4, 4, 4, 4] };

describe('an instance with replicas', () => {
  it('runs them beside the first process, each with its own token and its part of the rate limit', async () => {
    const { installation, id } = await runningWith(4);
    expect(await seen(installation, id)).toEqual(four);
    const route = await installation.routes.get(id);
    const tokens = [route?.accessToken, ...(route?.replicas ?? []).map(({ accessToken }) => accessToken)];
    expect(new Set(tokens).size).toBe(4);
    expect(
      installation.launcher
        .of(id)
        .map(({ configuration }) => configuration.accessToken)
        .sort(),
    ).toEqual(tokens.sort());
    expect(await installation.accessTokens.list()).toHaveLength(1);
  });

  it('never has more of them than its owner allows', async () => {
    const { installation, supervisor } = await supervised();
    const id = await installation.addInstance({ replicas: 5, maxReplicas: 2 });
    await installation.runner.run(id, 'start');
    await supervisor.reconcile();
    await pass(10);
    expect((await seen(installation, id)).run).toEqual([0, 1]);
  });

  it.each(['stop', 'delete', 'sleep'] as const)('ends them all with a %s', async (operation) => {
    const { installation, id } = await runningWith(4);
    if (operation === 'sleep') await installation.runner.run(id, 'sleep');
    else await installation.ask(id, operation);
    await pass(minute);
    expect(installation.launcher.processes.size).toBe(0);
    expect(await installation.routes.get(id)).toBeUndefined();
  });

  it('has as many after a restart, and none of the former ones', async () => {
    const { installation, id } = await runningWith(4);
    const former = installation.launcher.of(id).map(({ runtime }) => runtime.ref);
    await installation.ask(id, 'restart');
    await pass(10);
    expect(await seen(installation, id)).toEqual(four);
    for (const { runtime } of installation.launcher.of(id)) expect(former).not.toContain(runtime.ref);
    expect(installation.launcher.doubles).toEqual([]);
  });

  it('has all of them again after its first process died', async () => {
    const { installation, id } = await runningWith(3);
    installation.launcher.kill(id, { replica: 0 });
    await pass(1000);
    expect(await seen(installation, id)).toMatchObject({ run: [0, 1, 2], first: 0, routed: [1, 2] });
  });
});

describe('a replica that dies', () => {
  it('leaves the route at once and comes back; the instance stays running all the time', async () => {
    const { installation, id } = await runningWith(3);
    const { version } = (await installation.instance(id)) ?? {};
    installation.launcher.kill(id, { replica: 2 });
    await pass(10);
    await pass(10);
    expect(await seen(installation, id)).toMatchObject({ run: [0, 1, 2], first: 0, routed: [1, 2] });
    expect(await installation.instance(id)).toMatchObject({ status: 'running', version });
    expect(installation.disk.events.events.map(({ type }) => type)).toContain('replica-exited');
  });

  it('again and again gets longer and longer pauses, in which the router is not sent there', async () => {
    const { installation, id } = await runningWith(2);
    for (let death = 0; death < 5; death += 1) {
      installation.launcher.kill(id, { replica: 1 });
      await pass(20_000);
    }
    installation.launcher.kill(id, { replica: 1 });
    await pass(5000);
    expect(await seen(installation, id)).toMatchObject({ run: [0], first: 0, routed: [] });
    await pass(30_000);
    expect(await seen(installation, id)).toMatchObject({ run: [0, 1], routed: [1] });
  });

  it('without notice is found by the next comparison', async () => {
    const { installation, supervisor, id } = await runningWith(2);
    installation.launcher.kill(id, { replica: 1, silently: true });
    await supervisor.reconcile();
    await pass(10);
    expect(await seen(installation, id)).toMatchObject({ run: [0, 1], routed: [1] });
  });

  it('by never coming up is tried again and harms nobody', async () => {
    const { installation, supervisor } = await supervised();
    const id = await installation.addInstance();
    await installation.runner.run(id, 'start');
    await installation.change(id, { replicas: 2, maxReplicas: 2 });
    installation.launcher.failures = 3;
    await supervisor.reconcile();
    await pass(100);
    expect(await installation.instance(id)).toMatchObject({ status: 'running' });
    await pass(10_000);
    expect(await seen(installation, id)).toEqual({ run: [0, 1], first: 0, routed: [1], shares: [2, 2] });
  });

  it('by answering nothing is replaced after three failed checks', async () => {
    const { installation, supervisor, id } = await runningWith(2);
    void supervisor.start();
    await pass(10);
    const before = installation.launcher.of(id)[1]?.runtime;
    const { check } = installation.probe;
    vi.spyOn(installation.probe, 'check').mockImplementation(async (route) =>
      route.address === before?.address
        ? { healthy: false, reason: 'it did not answer within 2 seconds.' }
        : check.call(installation.probe, route),
    );
    await pass(minute);
    expect(await seen(installation, id)).toMatchObject({ run: [0, 1], routed: [1] });
    expect(installation.launcher.of(id)[1]?.runtime.ref).not.toBe(before?.ref);
    expect(await installation.instance(id)).toMatchObject({ status: 'running' });
  });
});

describe('a change of the number of replicas', () => {
  it.each([
    [1, 3],
    [3, 1],
    [2, 4],
    [4, 2],
  ])('from %i to %i replaces every process, as its part of the rate limit is another', async (from, to) => {
    const { installation, supervisor, id } = await runningWith(from);
    const former = installation.launcher.of(id).map(({ runtime }) => runtime.ref);
    await installation.change(id, { replicas: to });
    await supervisor.reconcile();
    await pass(100);
    expect(await seen(installation, id)).toEqual({
      run: Array.from({ length: to }, (_, replica) => replica),
      first: 0,
      routed: Array.from({ length: to - 1 }, (_, replica) => replica + 1),
      shares: Array(to).fill(to),
    });
    for (const { runtime } of installation.launcher.of(id)) expect(former).not.toContain(runtime.ref);
    expect(await installation.instance(id)).toMatchObject({
      status: 'running',
      runtime: { ref: installation.launcher.of(id)[0]?.runtime.ref },
    });
    expect(installation.launcher.doubles).toEqual([]);
    expect(installation.incidents).toEqual([]);
  });

  it('keeps the instance reachable all the time: the route never leads to a process that is gone', async () => {
    const { installation, supervisor, id } = await runningWith(2);
    Object.assign(installation.launcher, { launchMilliseconds: 50, stopMilliseconds: 50 });
    await installation.change(id, { replicas: 4 });
    void supervisor.reconcile();
    for (let step = 0; step < 200; step += 1) {
      await pass(5);
      const route = await installation.routes.get(id);
      const addresses = installation.launcher.of(id).map(({ runtime }) => runtime.address);
      expect(addresses).toContain(route?.address);
    }
    expect(await seen(installation, id)).toEqual(four);
  });

  it('is given up at once where the instance is to stop meanwhile', async () => {
    const { installation, supervisor, id } = await runningWith(1);
    installation.launcher.launchMilliseconds = 60_000;
    await installation.change(id, { replicas: 4 });
    void supervisor.reconcile();
    await pass(100);
    expect(installation.launcher.processes.size).toBe(2);
    void installation.ask(id, 'stop');
    await pass(100);
    expect(installation.launcher.processes.size).toBe(0);
    expect(await installation.instance(id)).toMatchObject({ status: 'stopped' });
    await pass(minute);
    expect(installation.launcher.processes.size).toBe(0);
  });

  it('is given up at once where the platform stops meanwhile', async () => {
    const { installation, supervisor, id } = await runningWith(1);
    installation.launcher.launchMilliseconds = 60_000;
    await installation.change(id, { replicas: 4 });
    void supervisor.reconcile();
    await pass(100);
    const stopped = supervisor.stop();
    await pass(2000);
    await stopped;
    expect(installation.launcher.processes.size).toBe(0);
  });
});
