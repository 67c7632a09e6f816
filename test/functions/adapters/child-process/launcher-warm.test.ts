import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { InstanceLogLine } from '../../../../core/instance-configuration.ts';
import { ChildProcessLauncher } from '../../../../functions/adapters/child-process/launcher.ts';
import { McpHealthProbe } from '../../../../functions/adapters/mcp-health-probe.ts';
import { MemoryWarmPool } from '../../../../functions/adapters/memory/warm-pool.ts';
import { processIdentity } from '../../../../functions/adapters/process-identity.ts';
import { WarmPoolKeeper } from '../../../../functions/instance-manager/warm-pool-keeper.ts';
import type { InstanceExit, LaunchRequest } from '../../../../functions/ports.ts';
import { type BuiltInstance, buildForTest } from '../../../container/instance/built-instance.ts';
import { launchRequest, plantedKey, plantedToken } from './launch-request.ts';

const version = 'v1';
let built: BuiltInstance;
let stateFolder: string;
let launcher: ChildProcessLauncher;
let pool: MemoryWarmPool;
let keeper: WarmPoolKeeper;
let exits: InstanceExit[];
let logs: { instanceId: string; line: InstanceLogLine }[];
let reports: string[];

beforeAll(async () => {
  built = await buildForTest();
});
afterAll(() => built.remove());

beforeEach(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), 'launcher-warm-'));
  [exits, logs, reports] = [[], [], []];
  const clock = { now: () => new Date() };
  const report = ({ message }: { message: string }) => reports.push(message);
  pool = new MemoryWarmPool();
  launcher = new ChildProcessLauncher({
    nodePath: process.execPath,
    bundleFolder: built.folder,
    bundleFolderOf: () => built.folder,
    stateFolder,
    graceMilliseconds: 2000,
    warmPool: { clock, pool, report },
  });
  launcher.onExit((exit) => exits.push(exit));
  launcher.onLog((instanceId, line) => logs.push({ instanceId, line }));
  keeper = new WarmPoolKeeper(
    { clock, pool, starter: launcher.warmProcesses, kinds: async () => [{ version, size: 'small' }], report },
    { minimum: 2, maximum: 2, replacementSeconds: 1, startsAtOnce: 2 },
  );
  await keeper.keep();
});

afterEach(async () => {
  await keeper.stop();
  await launcher.warmProcesses.close();
  for (const { instanceId } of await launcher.list()) await launcher.stop(instanceId, 0);
  await rm(stateFolder, { recursive: true, force: true });
});

const request = (name: string, more: Partial<LaunchRequest> = {}): LaunchRequest => ({
  ...launchRequest(name),
  version,
  ...more,
});
const isAlive = (processId: string | null) => processIdentity(Number(processId)) !== undefined;
const refs = async () => (await pool.list()).map(({ ref }) => ref);
const claimed = async () => (await pool.list()).flatMap(({ state, ref }) => (state === 'claimed' ? [ref] : []));

describe('a launch with a warm pool', () => {
  it('takes a process that waits, which serves its customer from then on, and is replaced by another one', async () => {
    const waiting = await refs();
    const runtime = await launcher.launch(request('one'));
    expect(waiting).toContain(runtime.ref);
    expect(runtime).toMatchObject({ launcher: 'child-process', version });
    const route = { instanceId: 'ins_one_1', workspaceId: 'ws_1', address: runtime.address, accessToken: plantedToken };
    await expect(new McpHealthProbe().check(route)).resolves.toEqual({ healthy: true });
    expect(await launcher.list()).toEqual([{ instanceId: 'ins_one_1', runtime }]);
    await keeper.keep();
    const left = await refs();
    expect(left).toHaveLength(2);
    expect(left).not.toContain(runtime.ref);
    expect((await launcher.warmProcesses.list()).map(({ ref }) => ref).sort()).toEqual(left.sort());
  });

  it('gives no process to two, and starts cold what finds none', async () => {
    const runtimes = await Promise.all(['a', 'b', 'c', 'd'].map((name) => launcher.launch(request(name))));
    expect(new Set(runtimes.map(({ ref }) => ref)).size).toBe(4);
    expect(await launcher.list()).toHaveLength(4);
    expect(await pool.readDemand('2026')).toMatchObject([{ claimed: 2, missed: 2 }]);
  });

  it.each<[string, Partial<LaunchRequest>]>([
    ['size', { size: 'medium' }],
    ['version', { version: 'v2' }],
  ])('starts cold where it is of another %s', async (_what, more) => {
    const waiting = await refs();
    const { ref } = await launcher.launch(request('other', more));
    expect(waiting).not.toContain(ref);
    expect(await refs()).toEqual(waiting);
  });

  it('never uses a process again: when its instance stops, it ends', async () => {
    const { ref } = await launcher.launch(request('one'));
    await launcher.stop('ins_one_1');
    expect(isAlive(ref)).toBe(false);
    const again = await launcher.launch(request('one'));
    expect(again.ref).not.toBe(ref);
  });

  it('gives it no secret by command line or environment, nor anything of the pool’s in its records', async () => {
    const { ref } = await launcher.launch(request('one'));
    const commandLine = (await readFile(`/proc/${ref}/cmdline`, 'utf8')).split('\0').slice(1, -1);
    expect(commandLine).toEqual([
      '--permission',
      '--disable-sigusr1',
      `--allow-fs-read=${built.folder}`,
      '--max-old-space-size=128',
      '--max-semi-space-size=4',
      join(built.folder, 'main.js'),
      'warm',
      '--managed',
    ]);
    const environment = (await readFile(`/proc/${ref}/environ`, 'utf8')).split('\0').filter(Boolean);
    expect(environment.sort()).toEqual(['NODE_ENV=production', 'TZ=UTC']);
    const names = await readdir(stateFolder);
    expect(names.filter((name) => name.startsWith('wrm_'))).toHaveLength(1);
    expect(names).toContain('ins_one_1.json');
  });

  it('tells of its end and of its log like any other’s, without its secrets', async () => {
    const { ref } = await launcher.launch(
      request('one', { configuration: { ...launchRequest('one').configuration, deniedTools: ['gone_tool'] } }),
    );
    await expect.poll(() => logs).toMatchObject([{ instanceId: 'ins_one_1', line: { level: 'warn' } }]);
    process.kill(Number(ref), 'SIGKILL');
    await expect.poll(() => exits).toEqual([{ instanceId: 'ins_one_1', ref, reason: 'was killed by SIGKILL' }]);
    expect(JSON.stringify(logs)).not.toContain(plantedKey);
  });
});

describe('a warm process that fails', () => {
  it('before its launch is passed over, and is replaced', async () => {
    const [first] = await refs();
    process.kill(Number(first), 'SIGKILL');
    await expect.poll(() => isAlive(first ?? null)).toBe(false);
    const { ref } = await launcher.launch(request('one'));
    expect(ref).not.toBe(first);
    expect(exits).toEqual([]);
    await expect
      .poll(
        async () => {
          await keeper.keep();
          return (await pool.list()).filter(({ state }) => state === 'warm').length;
        },
        { timeout: 15_000 },
      )
      .toBe(2);
  });

  it('in the middle of its assignment is ended, and the launch goes on without it', async () => {
    const [first] = await refs();
    process.kill(Number(first), 'SIGSTOP');
    const launch = launcher.launch(request('one'));
    await expect.poll(claimed).toEqual([first]);
    process.kill(Number(first), 'SIGKILL');
    const { ref } = await launch;
    expect(ref).not.toBe(first);
    expect(await launcher.list()).toHaveLength(1);
    expect(reports).toEqual(['A warm process could not be assigned.']);
    expect((await readdir(stateFolder)).filter((name) => name.startsWith('ins_'))).toHaveLength(1);
  });

  it('to be assigned because the instance is stopped meanwhile leaves nothing', async () => {
    const [first] = await refs();
    process.kill(Number(first), 'SIGSTOP');
    const launch = launcher.launch(request('one'));
    launch.catch(() => undefined);
    await expect.poll(claimed).toEqual([first]);
    await launcher.stop('ins_one_1', 0);
    await expect(launch).rejects.toThrow('The instance was stopped while it started.');
    expect(isAlive(first ?? null)).toBe(false);
    expect(await launcher.list()).toEqual([]);
    await keeper.keep();
    expect((await pool.list()).map(({ state }) => state)).toEqual(['warm', 'warm']);
  });
});

describe('the end of the platform', () => {
  it('ends all that wait, and nothing is started any more', async () => {
    const waiting = await refs();
    await Promise.all([keeper.stop(), launcher.warmProcesses.close()]);
    expect(waiting.map(isAlive)).toEqual([false, false]);
    await keeper.keep();
    await expect(launcher.warmProcesses.start({ id: 'wrm_late', version, size: 'small' })).rejects.toThrow('closed');
    expect(await readdir(stateFolder)).toEqual([]);
  });

  it('by force takes those that wait with it', async () => {
    const program = fileURLToPath(new URL('./warm-platform-process.ts', import.meta.url));
    const platform: ChildProcess = spawn(process.execPath, [program, join(stateFolder, 'other'), built.folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(platform.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    const waiting = JSON.parse(line.toString()) as string[];
    expect(waiting.map(isAlive)).toEqual([true, true]);
    platform.kill('SIGKILL');
    await expect.poll(() => waiting.some(isAlive), { timeout: 15_000 }).toBe(false);
  });

  it('leaves a record of each, by which the next one finds and ends what did not end, and says it is nobody’s', async () => {
    const stuck = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
    const identity = processIdentity(stuck.pid ?? 0);
    const record = { instanceId: 'wrm_old', replica: 0, processId: stuck.pid, identity };
    await writeFile(join(stateFolder, 'wrm_old.json'), JSON.stringify(record));
    expect(await launcher.listLeftovers()).toMatchObject([{ instanceId: null, processId: stuck.pid }]);
    await launcher.endLeftovers();
    expect(isAlive(String(stuck.pid))).toBe(false);
    expect(await launcher.warmProcesses.list()).toHaveLength(2);
  });
});
