import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ChildProcessLauncher } from '../../../functions/adapters/child-process/launcher.ts';
import { McpHealthProbe } from '../../../functions/adapters/mcp-health-probe.ts';
import { processIdentity } from '../../../functions/adapters/process-identity.ts';
import { Supervisor } from '../../../functions/instance-manager/supervisor.ts';
import { post, startRouter } from '../../container/router/fixture.ts';
import { fakeInstanceFolder } from '../adapters/child-process/launch-request.ts';
import { Installation } from './installation.ts';

let stateFolder: string;
let installation: Installation;
let launcher: ChildProcessLauncher;
let supervisor: Supervisor;

beforeEach(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), 'instance-manager-'));
  launcher = new ChildProcessLauncher({ nodePath: process.execPath, bundleFolder: fakeInstanceFolder, stateFolder });
  installation = new Installation({ ports: { launcher, probe: new McpHealthProbe() } });
  supervisor = new Supervisor(installation.supervisorPorts);
  await installation.runner.prepare();
});

afterEach(async () => {
  await supervisor.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

const processOf = async (id: string) => Number((await installation.instance(id))?.runtime?.ref);
const isAlive = async (processId: number) => processIdentity(processId) !== undefined;
const untilRunning = (id: string) =>
  vi.waitFor(async () => expect(await installation.instance(id)).toMatchObject({ status: 'running' }), 20_000);

it('an instance runs when its start has ended, and its process serves', async () => {
  const id = await installation.addInstance();
  await installation.runner.run(id, 'start');
  expect(await installation.instance(id)).toMatchObject({ status: 'running' });
  expect(await isAlive(await processOf(id))).toBe(true);
});

it('an instance that is killed runs again as another process', async () => {
  const id = await installation.addInstance();
  await installation.runner.run(id, 'start');
  const before = await processOf(id);
  process.kill(before, 'SIGKILL');
  await vi.waitFor(async () => expect(await processOf(id)).not.toBe(before), 15_000);
  await untilRunning(id);
  expect(await isAlive(before)).toBe(false);
  expect(await isAlive(await processOf(id))).toBe(true);
  expect((await launcher.list()).length).toBe(1);
  await vi.waitFor(async () => {
    const { items } = await installation.disk.logs.list(id, {}, { limit: 10 });
    expect(items.filter((entry) => entry.message === 'ready')).toHaveLength(2);
  }, 15_000);
});

it('an instance that is stopped by a signal, and so answers nothing, is replaced', async () => {
  await supervisor.stop();
  const probe = new McpHealthProbe({ timeoutMilliseconds: 300 });
  const observed = new Installation({ disk: installation.disk, ports: { launcher, probe } });
  supervisor = new Supervisor(observed.supervisorPorts, { healthIntervalMilliseconds: 100 });
  const id = await installation.addInstance();
  await observed.runner.run(id, 'start');
  const before = await processOf(id);
  // Before it is looked at for the first time: on a slow machine it may fail to answer for once before that.
  process.kill(before, 'SIGSTOP');
  await supervisor.start();
  await vi.waitFor(async () => expect(await processOf(id)).not.toBe(before), 20_000);
  await untilRunning(id);
  expect(await isAlive(before)).toBe(false);
  expect(observed.disk.events.events.map(({ type }) => type)).toContain('unhealthy');
});

it('an instance that sleeps has no process, and a wake makes one', async () => {
  const id = await installation.addInstance();
  await installation.runner.run(id, 'start');
  const before = await processOf(id);
  await installation.runner.run(id, 'sleep', { recovery: true });
  expect(await installation.instance(id)).toMatchObject({ status: 'sleeping', runtime: null });
  expect(await isAlive(before)).toBe(false);
  await Promise.all(Array.from({ length: 10 }, () => supervisor.wake(id)));
  await untilRunning(id);
  expect(await isAlive(await processOf(id))).toBe(true);
  expect((await launcher.list()).length).toBe(1);
});

it('two starts at once make one process, and a delete leaves none', async () => {
  const id = await installation.addInstance();
  await Promise.all([installation.runner.run(id, 'start'), installation.runner.run(id, 'restart'), launcher.list()]);
  expect((await launcher.list()).length).toBe(1);
  const processId = await processOf(id);
  await installation.ask(id, 'delete');
  expect(await isAlive(processId)).toBe(false);
  expect(await installation.instance(id)).toBeUndefined();
});

it('the end of the platform is the end of its processes', async () => {
  const ids = await Promise.all(Array.from({ length: 4 }, () => installation.addInstance()));
  await supervisor.start();
  const processIds = await Promise.all(ids.map(processOf));
  expect(await Promise.all(processIds.map(isAlive))).toEqual([true, true, true, true]);
  await supervisor.stop();
  expect(await Promise.all(processIds.map(isAlive))).toEqual([false, false, false, false]);
});

it('replicas are processes of their own: one that is killed comes back, and all end with the instance', async () => {
  const id = await installation.addInstance({ replicas: 3, maxReplicas: 3 });
  const processIds = async () => (await launcher.list()).map(({ runtime }) => Number(runtime.ref));
  const untilAllAnswer = () =>
    vi.waitFor(async () => {
      expect(await processIds()).toHaveLength(3);
      expect((await installation.routes.get(id))?.replicas).toHaveLength(2);
    }, 15_000);
  await installation.runner.run(id, 'start');
  await untilAllAnswer();
  const first = await processOf(id);
  const killed = (await processIds()).find((processId) => processId !== first) ?? 0;
  process.kill(killed, 'SIGKILL');
  await vi.waitFor(async () => expect(await processIds()).not.toContain(killed), 15_000);
  await untilAllAnswer();
  expect(await processOf(id)).toBe(first);
  const last = await processIds();
  await installation.ask(id, 'stop');
  expect(await Promise.all(last.map(isAlive))).toEqual([false, false, false]);
});

it('load makes a second process, and sessions are served by both through the router, each by its own', async () => {
  await supervisor.stop();
  // Too many for one, and enough for two.
  const requestsInFlight = async () => ((await launcher.list()).length < 2 ? 30 : 15);
  const activity = {
    read: async () => ({ lastRequestAt: Date.now(), requestsInFlight: await requestsInFlight(), streams: 0 }),
  };
  const live = { sessions: 1, memoryBytes: 80_000_000, uptimeSeconds: 100, rateLimit: null, cpuSeconds: 0 };
  const processReader = { readProcess: async () => ({ live, tools: {} }) };
  const observed = new Installation({ disk: installation.disk, ports: { launcher, probe: new McpHealthProbe() } });
  supervisor = new Supervisor(
    { ...observed.supervisorPorts, clock: { now: () => new Date() }, activity, processReader },
    { scalingIntervalMilliseconds: 50, scaling: { holdMilliseconds: 100, growCooldownSeconds: 0 } },
  );
  const router = await startRouter({ routes: observed.routes });
  const id = await installation.addInstance({ maxReplicas: 3, sleepAfterSeconds: null });
  await supervisor.start();
  await vi.waitFor(async () => expect((await observed.routes.get(id))?.replicas ?? []).toHaveLength(1), 20_000);
  const { workspaceId } = (await installation.instance(id)) ?? { workspaceId: '' };
  const { token } = router.addToken({ id, workspaceId });
  const url = `${router.base}/i/${id}/mcp`;
  const ask = (body: object, headers = {}) => post(url, token, { jsonrpc: '2.0', id: 1, ...body }, headers);
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  const nameOf = ({ text }: { text: string }) => JSON.parse(text).result.serverInfo.name as string;
  const processes = (await launcher.list()).map(({ runtime }) => `fake-${runtime.ref}`);
  const opened: Awaited<ReturnType<typeof ask>>[] = [];
  await vi.waitFor(async () => {
    opened.push(...(await Promise.all(Array.from({ length: 8 }, () => ask({ method: 'initialize', params })))));
    expect(new Set(opened.map(nameOf))).toEqual(new Set(processes));
  }, 20_000);
  for (const answer of opened) {
    const again = await ask({ method: 'tools/list' }, { 'Mcp-Session-Id': answer.headers['mcp-session-id'] });
    expect(nameOf(again)).toBe(nameOf(answer));
  }
  await router.close();
}, 60_000);
