import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Supervisor, type SupervisorOptions } from '../../../functions/instance-manager/supervisor.ts';
import { type InstanceLogEntry, LaunchFailed, launchRefused } from '../../../functions/ports.ts';
import { atRest, Installation, running, workspaceId } from './installation.ts';

const minute = 60_000;
let supervisors: Supervisor[] = [];

async function supervised(options: SupervisorOptions & { installation?: Installation } = {}) {
  const { installation = new Installation(), ...more } = options;
  await installation.runner.prepare();
  const supervisor = new Supervisor(installation.supervisorPorts, { random: () => 0.5, ...more });
  supervisors.push(supervisor);
  return { installation, supervisor };
}

/** Lets simulated time pass, and with it everything that happens in it. */
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  const stopped = Promise.all(supervisors.map((supervisor) => supervisor.stop()));
  await pass(2000);
  await stopped;
  supervisors = [];
  vi.useRealTimers();
});

async function runningInstance(installation: Installation): Promise<string> {
  const id = await installation.addInstance();
  await installation.runner.run(id, 'start');
  expect(await installation.observe(id)).toEqual(running);
  return id;
}

describe('at the start of the platform', () => {
  it('every instance comes to where its owner wants it, four at a time', async () => {
    const { installation, supervisor } = await supervised();
    installation.launcher.launchMilliseconds = 100;
    const stale = { launcher: 'child-process', ref: '7', address: 'http://127.0.0.1:1' } as const;
    const wanted = await Promise.all(
      (['running', 'provisioning', 'restarting', 'failed', 'running', 'running', 'stopping'] as const).map((status) =>
        installation.addInstance({ status, runtime: stale }),
      ),
    );
    const unwanted = await installation.addInstance({ desiredState: 'stopped', status: 'running', runtime: stale });
    const deleted = await installation.addInstance({ desiredState: 'deleted', status: 'stopping', runtime: stale });
    const suspended = await installation.addInstance({ status: 'suspended' });
    const sleeping = await Promise.all(Array.from({ length: 200 }, () => installation.addInstance({ status: 'sleeping' })));
    const start = supervisor.start();
    await pass(50);
    expect(installation.launcher.processes.size).toBe(4);
    await pass(1000);
    await start;
    for (const id of wanted) expect(await installation.observe(id)).toEqual(running);
    expect(await installation.observe(unwanted)).toEqual(atRest('stopped'));
    expect(await installation.observe(deleted)).toEqual(atRest(undefined));
    expect(await installation.observe(suspended)).toEqual(atRest('suspended'));
    for (const id of sleeping) expect(await installation.observe(id)).toEqual(atRest('sleeping'));
    expect(installation.launcher.launches).toBe(wanted.length);
  });

  it('one that does not come up is tried again', async () => {
    const { installation, supervisor } = await supervised();
    const id = await installation.addInstance({ status: 'running' });
    installation.launcher.failures = 2;
    await supervisor.start();
    expect(await installation.observe(id)).toEqual(atRest('restarting'));
    await pass(3000);
    expect(await installation.observe(id)).toEqual(running);
  });
});

describe('an instance that dies', () => {
  it('is shown as restarting with the reason, loses its route and is launched again at once', async () => {
    const { installation } = await supervised();
    const id = await runningInstance(installation);
    installation.launcher.launchMilliseconds = 100;
    installation.launcher.kill(id);
    await pass(1);
    expect(await installation.observe(id)).toMatchObject({ status: 'restarting', hasRoute: false, hasRuntime: false });
    expect(installation.launcher.launches).toBe(2);
    expect(await installation.instance(id)).toMatchObject({
      statusReason: 'The instance was killed by SIGKILL. It is being restarted.',
    });
    await pass(100);
    expect(await installation.observe(id)).toEqual(running);
    expect(installation.disk.events.events.map((event) => event.type)).toContain('exited');
  });

  it('again and again gets longer and longer pauses', async () => {
    const { installation } = await supervised();
    const id = await runningInstance(installation);
    const pauses: number[] = [];
    for (let death = 0; death < 8; death += 1) {
      const began = Date.now();
      installation.launcher.kill(id);
      do await pass(100);
      while ((await installation.instance(id))?.status !== 'running');
      pauses.push(Date.now() - began);
    }
    expect(pauses).toEqual([0, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000].map((pause) => expect.closeTo(pause, -3)));
  });

  it('and waits for its next start is restarted at once where the customer asks, and the pause is over', async () => {
    const { installation } = await supervised();
    const id = await runningInstance(installation);
    for (let death = 0; death < 6; death += 1) {
      installation.launcher.kill(id);
      await pass(death < 5 ? 15_000 : 1_000);
    }
    expect(await installation.observe(id)).toEqual(atRest('restarting'));
    await installation.runner.request(id, 'restart');
    await pass(10);
    expect(await installation.observe(id)).toEqual(running);

    installation.launcher.kill(id);
    await pass(1_000);
    installation.launcher.failures = 1;
    await installation.runner.request(id, 'restart');
    await pass(10);
    const { launches } = installation.launcher;
    await pass(60 * minute);
    expect(await installation.observe(id)).toEqual(atRest('failed'));
    expect(installation.launcher.launches).toBe(launches);
  });

  it('ten times within an hour is given up, with the last lines of its log', async () => {
    const { installation } = await supervised();
    const id = await runningInstance(installation);
    for (let death = 1; death <= 10; death += 1) {
      installation.launcher.print(id, { time: new Date().toISOString(), level: 'error', message: `bug ${death}` });
      installation.launcher.kill(id);
      await pass(5.7 * minute);
    }
    expect(await installation.observe(id)).toEqual(atRest('failed'));
    expect(await installation.instance(id)).toMatchObject({
      statusReason:
        'The instance ended 10 times within an hour. The instance was killed by SIGKILL. ' +
        'Last lines of its log: bug 8 | bug 9 | bug 10',
    });
    const { launches } = installation.launcher;
    await pass(60 * minute);
    expect(installation.launcher.launches).toBe(launches);
    await installation.ask(id, 'start');
    expect(await installation.observe(id)).toEqual(running);
  });

  it.each([
    { error: new Error('Rate exceeded'), words: 'A part of the platform was not available.' },
    { error: new LaunchFailed(`${launchRefused}there is no capacity.`), words: `${launchRefused}there is no capacity.` },
  ])('while the platform can start nothing is brought back however long that lasts: $words', async ({ error, words }) => {
    const { installation } = await supervised();
    const id = await runningInstance(installation);
    const launch = vi.spyOn(installation.launcher, 'launch').mockRejectedValue(error);
    installation.launcher.kill(id);
    await pass(3 * 60 * minute);
    expect(await installation.observe(id)).toEqual(atRest('restarting'));
    expect(await installation.instance(id)).toMatchObject({ statusReason: `${words} It is being restarted.` });
    // Seldom, in the end: four attempts each time, and five minutes between them.
    const attempts = launch.mock.calls.length;
    await pass(60 * minute);
    expect(launch.mock.calls.length - attempts).toBeLessThanOrEqual(4 * 14);
    launch.mockRestore();
    await pass(6 * minute);
    expect(await installation.observe(id)).toEqual(running);
    for (let death = 1; death <= 9; death += 1) {
      installation.launcher.kill(id);
      await pass(5.7 * minute);
      expect(await installation.observe(id)).toEqual(running);
    }
  });

  it('after ten minutes of health starts again at the shortest pause', async () => {
    const { installation } = await supervised();
    const id = await runningInstance(installation);
    for (let death = 0; death < 12; death += 1) {
      installation.launcher.kill(id);
      await pass(300);
      expect(await installation.observe(id)).toEqual(running);
      await pass(10 * minute);
    }
  });

  it('and was replaced meanwhile is no news', async () => {
    const { installation } = await supervised();
    const id = await runningInstance(installation);
    const formerRef = (await installation.instance(id))?.runtime?.ref ?? '';
    await installation.ask(id, 'restart');
    const present = await installation.instance(id);
    installation.launcher.tellExit(id, formerRef);
    await pass(minute);
    expect(await installation.instance(id)).toEqual(present);
  });

  it('while its owner stops it stays down', async () => {
    const { installation } = await supervised();
    const id = await runningInstance(installation);
    installation.launcher.kill(id);
    await pass(10);
    await installation.ask(id, 'stop');
    await pass(minute);
    expect(await installation.observe(id)).toEqual(atRest('stopped'));
  });
});

describe('the comparison of what should run with what does', () => {
  it.each([
    ['died without notice', async (installation: Installation, id: string) => installation.launcher.kill(id, { silently: true })],
    ['lost its route', async (installation: Installation, id: string) => installation.routes.remove(id)],
    [
      'was never started, though the API said so',
      async (installation: Installation, id: string) => {
        await installation.runner.run(id, 'restart');
        installation.launcher.kill(id, { silently: true });
        await installation.change(id, { status: 'provisioning', runtime: null });
      },
    ],
  ])('brings back an instance that %s', async (_what, damage) => {
    const { installation, supervisor } = await supervised();
    const id = await runningInstance(installation);
    await damage(installation, id);
    await supervisor.reconcile();
    await pass(1000);
    expect(await installation.observe(id)).toEqual(running);
  });

  it('ends what nobody wants', async () => {
    const { installation, supervisor } = await supervised();
    const forgotten = await runningInstance(installation);
    await installation.disk.instances.delete(forgotten);
    const stopped = await runningInstance(installation);
    await installation.change(stopped, { desiredState: 'stopped' });
    const deleted = await runningInstance(installation);
    await installation.change(deleted, { desiredState: 'deleted' });
    const failed = await runningInstance(installation);
    await installation.change(failed, { status: 'failed' });
    await supervisor.reconcile();
    await pass(100);
    expect(installation.launcher.processes.size).toBe(0);
    expect(await installation.observe(stopped)).toEqual(atRest('stopped'));
    expect(await installation.observe(deleted)).toEqual(atRest(undefined));
    expect(await installation.observe(failed)).toMatchObject({ status: 'failed', hasRoute: false, hasRuntime: false });
  });

  it('changes nothing where all agrees, and happens by itself every 30 seconds', async () => {
    const { installation, supervisor } = await supervised();
    const id = await runningInstance(installation);
    const { version } = (await installation.instance(id)) ?? {};
    await supervisor.start();
    await pass(5 * minute);
    expect(await installation.instance(id)).toMatchObject({ version });
    installation.launcher.kill(id, { silently: true });
    await pass(32_000);
    expect(await installation.observe(id)).toEqual(running);
  });
});

describe('an instance that hangs', () => {
  const silent = { healthy: false, reason: 'it did not answer within 2 seconds.' } as const;
  const refOf = async (installation: Installation, id: string) => (await installation.instance(id))?.runtime?.ref;

  it('is replaced after three failed checks in a row, a second apart, not before', async () => {
    const { installation, supervisor } = await supervised();
    const id = await runningInstance(installation);
    await supervisor.start();
    const before = await refOf(installation, id);
    installation.probe.set(id, silent);
    await pass(11_500);
    installation.probe.set(id, { healthy: true });
    await pass(1_000);
    installation.probe.set(id, silent);
    await pass(9_500 + 1_900);
    expect(await refOf(installation, id)).toBe(before);
    installation.launcher.launchMilliseconds = 500;
    await pass(200);
    expect(await installation.instance(id)).toMatchObject({
      status: 'restarting',
      statusReason: 'The instance failed its health check: it did not answer within 2 seconds. It is being restarted.',
    });
    installation.probe.set(id, { healthy: true });
    await pass(1000);
    expect(await installation.observe(id)).toEqual(running);
    expect(installation.launcher.doubles).toEqual([]);
  });

  it('is examined at once where the router got no answer of it, once for any number of hints', async () => {
    const { installation, supervisor } = await supervised();
    const id = await runningInstance(installation);
    const { ref: before, address = '' } = (await installation.instance(id))?.runtime ?? {};
    const check = vi.spyOn(installation.probe, 'check').mockResolvedValue(silent);
    await pass(1);
    for (let hint = 0; hint < 50; hint += 1) void supervisor.suspect(id, address);
    await pass(1);
    expect(check).toHaveBeenCalledTimes(1);
    await pass(1_000);
    check.mockResolvedValueOnce(silent).mockResolvedValue({ healthy: true });
    await pass(1_500);
    expect(await refOf(installation, id)).not.toBe(before);
    expect(await installation.observe(id)).toEqual(running);
  });

  it('is left alone where it answers the examination, and that is trusted for a second', async () => {
    const { installation, supervisor } = await supervised();
    const id = await runningInstance(installation);
    const { ref: before, address = '' } = (await installation.instance(id))?.runtime ?? {};
    const check = vi.spyOn(installation.probe, 'check');
    await pass(1);
    await supervisor.suspect(id, address);
    for (let hint = 0; hint < 50; hint += 1) await supervisor.suspect(id, address);
    expect(check).toHaveBeenCalledTimes(1);
    await pass(1_000);
    await supervisor.suspect(id, address);
    expect(check).toHaveBeenCalledTimes(2);
    // A process that is no more.
    await supervisor.suspect(id, 'http://127.0.0.1:1');
    expect(check).toHaveBeenCalledTimes(2);
    expect(await refOf(installation, id)).toBe(before);
  });
});

describe('a key that Smartlead refuses at a call', () => {
  const refusal = { time: '2026-11-22T08:00:00.000Z', level: 'warn', message: 'call', outcome: 'smartlead_key_refused' } as const;

  it('makes the instance unauthenticated, is asked about again later, and a new answer heals it', async () => {
    const { installation, supervisor } = await supervised();
    const id = await runningInstance(installation);
    await supervisor.start();
    const check = vi.spyOn(installation.keyChecker, 'check').mockResolvedValue('refused');
    for (let call = 0; call < 50; call += 1) installation.launcher.print(id, refusal);
    await pass(100);
    expect(await installation.observe(id)).toEqual(atRest('unauthenticated'));
    expect(check.mock.calls.length).toBeLessThanOrEqual(2);
    check.mockResolvedValue('accepted');
    await pass(2 * minute);
    expect(await installation.observe(id)).toEqual(atRest('unauthenticated'));
    await pass(5 * minute);
    expect(await installation.observe(id)).toEqual(running);
  });

  it('is not noted at a key that was rotated while Smartlead was asked', async () => {
    const { installation } = await supervised();
    const id = await runningInstance(installation);
    const { keyId = '' } = (await installation.instance(id)) ?? {};
    vi.spyOn(installation.keyChecker, 'check').mockImplementationOnce(async () => {
      const secret = await installation.disk.secrets.put(`smartlead-key/${keyId}`, 'demo-rotated');
      await installation.disk.keys.update(workspaceId, keyId, { secret });
      return 'refused';
    });
    installation.launcher.print(id, refusal);
    await pass(100);
    expect(await installation.disk.keys.find(workspaceId, keyId)).toMatchObject({ status: 'valid' });
    // The rotation restarts the instance; this check must not.
    expect(installation.launcher.launches).toBe(1);
    expect(await installation.observe(id)).toEqual(running);
  });

  it('heals with the next comparison after a rotation, even where the restart was never asked for', async () => {
    const { installation, supervisor } = await supervised();
    const id = await runningInstance(installation);
    const { keyId = '' } = (await installation.instance(id)) ?? {};
    await supervisor.start();
    vi.spyOn(installation.keyChecker, 'check').mockResolvedValue('refused');
    installation.launcher.print(id, refusal);
    await pass(100);
    expect(await installation.observe(id)).toEqual(atRest('unauthenticated'));
    const secret = await installation.disk.secrets.put(`smartlead-key/${keyId}`, 'demo-rotated');
    await installation.disk.keys.update(workspaceId, keyId, { secret, status: 'valid' });
    await pass(31_000);
    expect(await installation.observe(id)).toEqual(running);
  });

  it('leads to questions after longer and longer pauses, and to no launch', async () => {
    const { installation, supervisor } = await supervised();
    const id = await runningInstance(installation);
    await supervisor.start();
    const asked: number[] = [];
    vi.spyOn(installation.keyChecker, 'check').mockImplementation(async () => {
      asked.push(Date.now());
      return 'refused';
    });
    installation.launcher.print(id, refusal);
    await pass(6 * 60 * minute);
    const pauses = asked.slice(2).map((time, index) => (time - (asked[index + 1] ?? 0)) / minute);
    expect(pauses.length).toBeLessThan(12);
    expect(pauses.toSorted((one, other) => one - other)).toEqual(pauses);
    expect(pauses.at(0)).toBeLessThanOrEqual(6);
    expect(pauses.at(-1)).toBeCloseTo(60, -1);
    expect(installation.launcher.launches).toBe(1);
    expect(await installation.observe(id)).toEqual(atRest('unauthenticated'));
  });

  it('heals at once when the key is rotated, as the rotation asks for a restart', async () => {
    const { installation, supervisor } = await supervised();
    const id = await runningInstance(installation);
    const { keyId = '' } = (await installation.instance(id)) ?? {};
    await supervisor.start();
    vi.spyOn(installation.keyChecker, 'check').mockResolvedValue('refused');
    installation.launcher.print(id, refusal);
    await pass(100);
    const secret = await installation.disk.secrets.put(`smartlead-key/${keyId}`, 'demo-rotated');
    await installation.disk.keys.update(workspaceId, keyId, { secret, status: 'valid' });
    await installation.applySettings(id);
    await pass(10);
    expect(await installation.observe(id)).toEqual(running);
    expect([...installation.launcher.processes.values()][0]?.configuration.smartleadApiKey).toBe('demo-rotated');
  });

  it('is not believed where Smartlead accepts the key', async () => {
    const { installation } = await supervised();
    const id = await runningInstance(installation);
    installation.launcher.print(id, refusal);
    await pass(100);
    expect(await installation.observe(id)).toEqual(running);
    expect((await installation.disk.keys.list(workspaceId, { limit: 1 })).items).toMatchObject([{ status: 'valid' }]);
  });
});

describe('log lines', () => {
  it('reach those who follow live and the store within a quarter of a second, in their order', async () => {
    const { installation } = await supervised();
    const id = await runningInstance(installation);
    const live: InstanceLogEntry[] = [];
    installation.logFeed.subscribe(id, (entry) => live.push(entry));
    const time = new Date().toISOString();
    for (let index = 0; index < 50; index += 1)
      installation.launcher.print(id, { time, level: 'info', message: `line ${index}` });
    await pass(251);
    const { items } = await installation.disk.logs.list(id, {}, { limit: 100 });
    const messages = Array.from({ length: 50 }, (_, index) => `line ${index}`);
    expect(live.map((entry) => entry.message)).toEqual(messages);
    expect(items.toSorted((one, other) => (one.id < other.id ? -1 : 1)).map((entry) => entry.message)).toEqual(messages);
    for (const { id: entryId } of items) expect(entryId).toMatch(/^log_[0-9a-hjkmnp-tv-z]{26}$/);
  });

  it('older than seven days are deleted', async () => {
    const { installation, supervisor } = await supervised();
    const now = Date.now();
    const days = (count: number) => new Date(now - count * 24 * 60 * minute).toISOString();
    const entry = { id: 'log_1', instanceId: 'ins_1', level: 'info', message: '' } as const;
    await installation.disk.logs.append([
      { ...entry, time: days(7.1) },
      { ...entry, time: days(6.9) },
    ]);
    await supervisor.start();
    await pass(1);
    expect((await installation.disk.logs.list('ins_1', {}, { limit: 10 })).items).toMatchObject([{ time: days(6.9) }]);
  });
});

describe('at the stop of the platform', () => {
  it('all processes end at the same time and what is wanted stays, so that the next start brings them back', async () => {
    const { installation, supervisor } = await supervised();
    const ids = await Promise.all(Array.from({ length: 5 }, () => runningInstance(installation)));
    installation.launcher.stopMilliseconds = 500;
    const stop = supervisor.stop();
    await pass(600);
    expect(installation.launcher.processes.size).toBe(0);
    await stop;
    for (const id of ids) expect(await installation.instance(id)).toMatchObject({ desiredState: 'running', status: 'running' });

    const next = await supervised({ installation: new Installation({ disk: installation.disk }) });
    await next.supervisor.start();
    for (const id of ids) expect(await next.installation.observe(id)).toEqual(running);
  });

  it('a launch under way is abandoned, and is no failure of the instance', async () => {
    const { installation, supervisor } = await supervised();
    installation.launcher.launchMilliseconds = 5000;
    const id = await installation.addInstance();
    void installation.runner.run(id, 'start');
    await pass(100);
    const stop = supervisor.stop();
    await pass(1500);
    await stop;
    expect(installation.launcher.processes.size).toBe(0);
    await pass(10_000);
    expect(await installation.instance(id)).toMatchObject({ desiredState: 'running', status: 'provisioning' });
    expect(installation.launcher.processes.size).toBe(0);
  });
});

describe('where instances outlive the platform', () => {
  it('its start brings back only what does not run, and its end leaves them all', async () => {
    const { installation, supervisor } = await supervised({ instancesOutlivePlatform: true });
    const id = await runningInstance(installation);
    const died = await runningInstance(installation);
    installation.launcher.kill(died, { silently: true });
    const launches = installation.launcher.launches;
    await supervisor.start();
    await pass(5000);
    expect(await installation.observe(id)).toEqual(running);
    expect(await installation.observe(died)).toEqual(running);
    expect(installation.launcher.launches).toBe(launches + 1);
    await supervisor.stop();
    expect(await installation.observe(id)).toEqual(running);
    expect(await installation.observe(died)).toEqual(running);
  });
});
