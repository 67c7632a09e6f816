import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OrphanConfirmation } from '../../../functions/instance-manager/orphan-confirmation.ts';
import { Supervisor } from '../../../functions/instance-manager/supervisor.ts';
import { atRest, Installation, running, workspaceId } from './installation.ts';

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

interface Surroundings {
  leftovers?: { list: () => Promise<{ instanceId: string; processId: number }[]>; end(): Promise<void> };
  orphanConfirmation?: OrphanConfirmation;
}

async function supervised(surroundings: Surroundings = {}) {
  const installation = new Installation();
  await installation.runner.prepare();
  const ports = { ...installation.supervisorPorts, ...surroundings };
  const supervisor = new Supervisor(ports, { random: () => 0.5 });
  supervisors.push(supervisor);
  return { installation, supervisor };
}

async function runningInstance(installation: Installation): Promise<string> {
  const id = await installation.addInstance();
  await installation.runner.run(id, 'start');
  expect(await installation.observe(id)).toEqual(running);
  return id;
}

/** Puts a process, a route and a token in place, as if something had forgotten them. */
async function litter(installation: Installation, instanceId: string): Promise<void> {
  const { configuration } = installation.launcher.of(await runningInstance(installation))[0] ?? {};
  if (!configuration) throw new Error('Nothing runs.');
  const { address } = await installation.launcher.launch({
    configuration: { ...configuration, instanceId },
    ...{ workspaceId, size: 'small' },
  });
  await installation.routes.set({ instanceId, workspaceId, address, accessToken: 'forgotten' });
  await installation.accessTokens.put(`instance-access-token/${instanceId}`, 'forgotten');
}

describe('the comparison', () => {
  it.each([
    ['does not exist', undefined],
    ['sleeps', { status: 'sleeping' }],
    ['is stopped', { status: 'stopped', desiredState: 'stopped' }],
    ['has failed', { status: 'failed' }],
    ['is suspended', { status: 'suspended' }],
  ] as const)('ends process, route and token of an instance that %s', async (_what, change) => {
    const { installation, supervisor } = await supervised();
    const id = change ? await installation.addInstance(change) : 'ins_gone';
    await litter(installation, id);
    await supervisor.reconcile();
    await pass(100);
    const nothing = { processes: 0, hasRoute: false, hasRuntime: false, accessTokens: 0 };
    expect(await installation.observe(id)).toMatchObject(nothing);
    if (change) expect(await installation.observe(id)).toEqual(atRest(change.status));
    // What lives was left alone.
    expect(installation.launcher.processes.size).toBe(1);
  });

  it('takes away a route or a token alone, too', async () => {
    const { installation, supervisor } = await supervised();
    await installation.routes.set({ instanceId: 'ins_route', workspaceId, address: 'http://127.0.0.1:1', accessToken: 'x' });
    await installation.accessTokens.put('instance-access-token/ins_token', 'x');
    await supervisor.reconcile();
    await pass(10);
    expect(await installation.routes.list()).toEqual([]);
    expect(await installation.accessTokens.list()).toEqual([]);
  });

  it('tries a stop that failed again until the process is gone, and says so each time', async () => {
    const { installation, supervisor } = await supervised();
    await litter(installation, 'ins_gone');
    installation.launcher.stopFailures = [new Error('The stop was refused.'), new Error('The stop was refused.')];
    void supervisor.start();
    await pass(35_000);
    expect(installation.launcher.of('ins_gone')).toHaveLength(1);
    await pass(30_000);
    expect(installation.launcher.of('ins_gone')).toEqual([]);
    const reported = installation.incidents.filter(({ instanceId }) => instanceId === 'ins_gone');
    expect(reported.map(({ message }) => message)).toEqual(
      Array(2).fill('An instance could not be repaired; it is tried again.'),
    );
  });

  it('never ends what is being launched while it looks', async () => {
    const { installation, supervisor } = await supervised();
    installation.launcher.launchMilliseconds = 300;
    const ids = await Promise.all(Array.from({ length: 5 }, () => installation.addInstance()));
    for (const id of ids) void installation.runner.run(id, 'start');
    for (let look = 0; look < 10; look += 1) {
      void supervisor.reconcile();
      await pass(50);
    }
    for (const id of ids) expect(await installation.observe(id)).toEqual(running);
    expect(installation.launcher.launches).toBe(ids.length);
  });

  it('leads the way to the process that runs, where the route leads elsewhere', async () => {
    const { installation, supervisor } = await supervised();
    const id = await runningInstance(installation);
    await installation.routes.set({ instanceId: id, workspaceId, address: 'http://127.0.0.1:1', accessToken: 'x' });
    await supervisor.reconcile();
    await pass(1000);
    expect(await installation.observe(id)).toEqual(running);
  });

  it('clears away secrets without a key and tokens without an instance', async () => {
    const { installation, supervisor } = await supervised();
    const id = await runningInstance(installation);
    await installation.disk.secrets.put('smartlead-key/key_lost', 'x');
    const token = { id: 'tok_lost', instanceId: 'ins_gone', workspaceId, label: 'n8n', last4: 'abcd', hash: 'lost' };
    await installation.disk.tokens.create({ ...token, createdAt: new Date().toISOString(), expiresAt: null, lastUsedAt: null });
    await supervisor.reconcile();
    expect(installation.disk.tokens.all().map(({ instanceId }) => instanceId)).toEqual([id]);
    expect(await installation.disk.secrets.list()).toHaveLength(1);
  });

  it('lets a secret be that was sealed just now', async () => {
    const { installation, supervisor } = await supervised();
    installation.disk.inventory.sealedAt = new Date().toISOString();
    await installation.disk.secrets.put('smartlead-key/key_new', 'x');
    await supervisor.reconcile();
    expect(await installation.disk.secrets.list()).toEqual(['smartlead-key/key_new']);
  });

  it('ends what an earlier run left behind, again and again until it is gone', async () => {
    let left = [{ instanceId: 'ins_1', processId: 4711 }];
    let tries = 0;
    const { installation, supervisor } = await supervised({
      leftovers: {
        list: async () => left,
        end: async () => {
          tries += 1;
          if (tries < 3) throw new Error('It does not end.');
          left = [];
        },
      },
    });
    for (let look = 0; look < 5; look += 1) await supervisor.reconcile();
    expect(tries).toBe(3);
    expect(installation.incidents).toHaveLength(2);
  });

  it('asks for one list of each kind, however many instances there are', async () => {
    const { installation, supervisor } = await supervised();
    const { routes, launcher, disk, accessTokens } = installation;
    for (let count = 0; count < 1000; count += 1) await installation.addInstance({ status: 'sleeping' });
    const lists = [launcher, routes, accessTokens].map((port) => vi.spyOn(port, 'list'));
    const inventory = vi.spyOn(disk.inventory, 'read');
    const pages = vi.spyOn(disk.instances, 'listAll');
    const single = [vi.spyOn(routes, 'get'), vi.spyOn(disk.instances, 'findById'), vi.spyOn(disk.keys, 'find')];
    await supervisor.reconcile();
    expect([...lists, inventory].map((spy) => spy.mock.calls.length)).toEqual([1, 1, 1, 1]);
    expect(pages.mock.calls.length).toBe(10);
    for (const spy of single) expect(spy).not.toHaveBeenCalled();
  });
});

describe('the comparison with a table that may be the wrong one', () => {
  const clock = { now: () => new Date() };
  const said = () => new Date().toISOString();

  /** So many instances that run, and as many that run and whose row is gone, as their keys are. */
  async function damaged({ kept, lost }: { kept: number; lost: number }) {
    const orphanConfirmation = new OrphanConfirmation(clock);
    const { installation, supervisor } = await supervised({ orphanConfirmation });
    const ids = [];
    for (let count = 0; count < kept + lost; count += 1) ids.push(await runningInstance(installation));
    const { instances, keys } = installation.disk;
    for (const id of ids.slice(kept)) {
      const row = await instances.findById(id);
      await instances.delete(id);
      if (row !== undefined) await keys.delete(row.workspaceId, row.keyId);
    }
    const look = async () => {
      await supervisor.reconcile();
      await pass(1000);
    };
    const left = async () => ({
      processes: installation.launcher.processes.size,
      secrets: (await installation.disk.secrets.list()).length,
    });
    return { installation, supervisor, orphanConfirmation, ids, look, left };
  }

  it('ends few orphans by itself, though they are all there is', async () => {
    const { look, left } = await damaged({ kept: 0, lost: 5 });
    await look();
    expect(await left()).toEqual({ processes: 0, secrets: 0 });
  });

  it('ends none of many, says so, and heals everything else', async () => {
    const { installation, look, left, ids } = await damaged({ kept: 2, lost: 6 });
    const [first = ''] = ids;
    installation.launcher.kill(first, { silently: true });
    for (let round = 0; round < 3; round += 1) await look();
    expect(await left()).toEqual({ processes: 8, secrets: 8 });
    expect(await installation.observe(first)).toEqual(running);
    const messages = new Set(installation.incidents.map(({ message }) => message));
    expect([...messages]).toEqual([
      expect.stringMatching(/^Processes, routes or tokens of instances that do not exist are left alone: 6 of 8 /),
      expect.stringMatching(/^Sealed keys that no key refers to are left alone: 6 of 8 /),
    ]);
  });

  it('ends all of them once they are confirmed, and no more than that: the word holds for an hour', async () => {
    const { orphanConfirmation, look, left } = await damaged({ kept: 2, lost: 6 });
    orphanConfirmation.confirm(5, said());
    await look();
    expect(await left()).toEqual({ processes: 8, secrets: 8 });
    const before = said();
    await pass(60 * 60_000);
    orphanConfirmation.confirm(6, before);
    await look();
    expect(await left()).toEqual({ processes: 8, secrets: 8 });
    orphanConfirmation.confirm(6, said());
    await look();
    expect(await left()).toEqual({ processes: 2, secrets: 2 });
  });

  it('ends none of many that turn up bit by bit, until an hour is over', async () => {
    const { installation, supervisor, orphanConfirmation, ids, look, left } = await damaged({ kept: 8, lost: 4 });
    await look();
    expect(await left()).toEqual({ processes: 8, secrets: 8 });
    const { instances } = installation.disk;
    for (const id of ids.slice(0, 2)) await instances.delete(id);
    await look();
    expect(await left()).toMatchObject({ processes: 8 });
    const checking = supervisor.audit.check();
    await pass(2000);
    expect((await checking).violations).toContainEqual(
      expect.objectContaining({
        kind: 'orphans_held',
        detail: expect.stringMatching(/ 2 belong to nothing, and 4 more were ended /),
      }),
    );
    orphanConfirmation.confirm(2, said());
    await look();
    expect(await left()).toMatchObject({ processes: 6 });
    await pass(60 * 60_000);
    for (const id of ids.slice(2, 7)) await instances.delete(id);
    await look();
    expect(await left()).toMatchObject({ processes: 1 });
  });

  it('names what it holds back in the audit', async () => {
    const { supervisor, orphanConfirmation } = await damaged({ kept: 2, lost: 6 });
    const check = async () => {
      const checking = supervisor.audit.check();
      await pass(2000);
      return (await checking).violations.filter(({ kind }) => kind === 'orphans_held').map(({ subject }) => subject);
    };
    expect(await check()).toEqual(['instances', 'sealed keys']);
    orphanConfirmation.confirm(6, said());
    expect(await check()).toEqual([]);
  });
});

describe('the audit', () => {
  /** The check, while simulated time goes on. */
  async function audit(supervisor: Supervisor) {
    const check = supervisor.audit.check();
    await pass(2000);
    return check;
  }

  it('finds nothing wrong where all is well, and counts what there is', async () => {
    const { installation, supervisor } = await supervised();
    await runningInstance(installation);
    await installation.addInstance({ status: 'sleeping' });
    expect(await audit(supervisor)).toMatchObject({
      holds: true,
      counts: { instances: 2, processes: 1, routes: 1, secrets: 2, tokens: 2 },
      violations: [],
    });
  });

  it('names what belongs to nothing, and what should run and does not', async () => {
    const { installation, supervisor } = await supervised();
    const id = await runningInstance(installation);
    installation.launcher.kill(id, { silently: true });
    await litter(installation, 'ins_gone');
    const report = await audit(supervisor);
    expect(report.holds).toBe(false);
    expect(report.violations.map(({ kind, instanceId }) => [kind, instanceId])).toEqual([
      ['process_without_instance', 'ins_gone'],
      ['route_without_process', id],
      ['route_without_instance', 'ins_gone'],
      ['instance_not_running', id],
      ['access_token_without_instance', 'ins_gone'],
    ]);
  });

  it('takes no offence at what is being changed', async () => {
    const { installation, supervisor } = await supervised();
    Object.assign(installation.launcher, { launchMilliseconds: 700, stopMilliseconds: 300 });
    const ids = await Promise.all(Array.from({ length: 4 }, () => installation.addInstance()));
    for (const id of ids) void installation.runner.run(id, 'start');
    for (let look = 0; look < 3; look += 1) expect((await audit(supervisor)).violations).toEqual([]);
    for (const id of ids) void installation.ask(id, 'delete');
    for (let look = 0; look < 3; look += 1) expect((await audit(supervisor)).violations).toEqual([]);
  });

  it('says which part could not be read instead of guessing', async () => {
    const { installation, supervisor } = await supervised();
    await runningInstance(installation);
    vi.spyOn(installation.disk.instances, 'listAll').mockRejectedValue(new Error('The database is away.'));
    const report = await audit(supervisor);
    expect(report).toMatchObject({ holds: false, violations: [] });
    expect(report.components.filter(({ status }) => status === 'failing')).toEqual([
      { name: 'instances', status: 'failing', detail: 'It could not be read. The log of the platform says why.' },
    ]);
  });

  it('holds no secret', async () => {
    const { installation, supervisor } = await supervised();
    const id = await runningInstance(installation);
    installation.launcher.kill(id, { silently: true });
    const report = JSON.stringify(await audit(supervisor));
    const { accessToken } = (await installation.routes.get(id)) ?? { accessToken: 'missing' };
    for (const secret of [accessToken, 'demo-canary-91f0c3']) expect(report).not.toContain(secret);
  });
});
