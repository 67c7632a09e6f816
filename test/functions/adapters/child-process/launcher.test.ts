import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { InstanceLogLine } from '../../../../core/instance-configuration.ts';
import { ChildProcessLauncher } from '../../../../functions/adapters/child-process/launcher.ts';
import { McpHealthProbe } from '../../../../functions/adapters/mcp-health-probe.ts';
import { processIdentity } from '../../../../functions/adapters/process-identity.ts';
import type { InstanceExit } from '../../../../functions/ports.ts';
import { fakeInstanceFolder, launchRequest, plantedKey, plantedToken } from './launch-request.ts';

let stateFolder: string;
let launcher: ChildProcessLauncher;
let exits: InstanceExit[];
let logs: { instanceId: string; line: InstanceLogLine }[];

function createLauncher(more: Partial<ConstructorParameters<typeof ChildProcessLauncher>[0]> = {}): ChildProcessLauncher {
  const created = new ChildProcessLauncher({
    nodePath: process.execPath,
    bundleFolder: fakeInstanceFolder,
    stateFolder,
    graceMilliseconds: 2000,
    ...more,
  });
  created.onExit((exit) => exits.push(exit));
  created.onLog((instanceId, line) => logs.push({ instanceId, line }));
  return created;
}

const isAlive = async (processId: number | string) => processIdentity(Number(processId)) !== undefined;
const text = () => JSON.stringify(logs);

beforeEach(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), 'launcher-'));
  exits = [];
  logs = [];
  launcher = createLauncher();
});

afterEach(async () => {
  for (const { instanceId } of await launcher.list()) await launcher.stop(instanceId, 0);
  await rm(stateFolder, { recursive: true, force: true });
});

describe('a launch', () => {
  it('answers when the doors listen, with the process id and an address that serves', async () => {
    const runtime = await launcher.launch(launchRequest());
    expect(runtime).toEqual({
      launcher: 'child-process',
      ref: expect.stringMatching(/^\d+$/),
      address: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    });
    await expect(launcher.list()).resolves.toEqual([{ instanceId: 'ins_plain_1', runtime }]);
    const route = { instanceId: 'ins_plain_1', workspaceId: 'ws_1', address: runtime.address, accessToken: plantedToken };
    await expect(new McpHealthProbe().check(route)).resolves.toEqual({ healthy: true });
  });

  it('gives the process no secret by command line or environment, and nothing of our environment', async () => {
    process.env.LAUNCHER_TEST_CANARY = 'canary-environment';
    const { ref } = await launcher.launch(launchRequest('plain', 'medium'));
    const commandLine = (await readFile(`/proc/${ref}/cmdline`, 'utf8')).split('\0');
    const environment = (await readFile(`/proc/${ref}/environ`, 'utf8')).split('\0').filter(Boolean);
    delete process.env.LAUNCHER_TEST_CANARY;
    expect(commandLine.slice(1, -1)).toEqual([
      '--permission',
      '--disable-sigusr1',
      `--allow-fs-read=${fakeInstanceFolder}`,
      '--max-old-space-size=256',
      '--max-semi-space-size=4',
      join(fakeInstanceFolder, 'main.js'),
      'serve',
      '--managed',
    ]);
    expect(environment.sort()).toEqual(['NODE_ENV=production', 'TZ=UTC']);
    const record = await readFile(join(stateFolder, 'ins_plain_1.json'), 'utf8');
    for (const secret of [plantedKey, plantedToken]) expect(record).not.toContain(secret);
  });

  it('opens no debugger in the process when it is sent SIGUSR1', async () => {
    const { ref } = await launcher.launch(launchRequest());
    process.kill(Number(ref), 'SIGUSR1');
    // A debugger says at once where it listens.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(text()).not.toContain('Debugger');
  });

  it('makes the process leader of its own group, so that Ctrl-C in our terminal does not reach it', async () => {
    const { ref } = await launcher.launch(launchRequest());
    const stat = await readFile(`/proc/${ref}/stat`, 'utf8');
    const [, , processGroup, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    expect({ processGroup, session }).toEqual({ processGroup: ref, session: ref });
  });

  it('rejects with the last lines, redacted, where the process ends before it listens', async () => {
    await expect(launcher.launch(launchRequest('exits'))).rejects.toMatchObject({
      name: 'LaunchFailed',
      message: 'The instance ended with exit code 3 before it was ready. Its last lines: cannot start with [redacted]',
    });
    await expect(launcher.list()).resolves.toEqual([]);
    expect(exits).toEqual([]);
    await expect(readdir(stateFolder)).resolves.toEqual([]);
  });

  it('rejects where the process never listens, and leaves nothing running', async () => {
    launcher = createLauncher({ readyTimeoutMilliseconds: 5000 });
    const launch = launcher.launch(launchRequest('silent'));
    await expect(launch).rejects.toThrow('The instance was not ready after 5 seconds. Its last lines: I say nothing more');
    await expect(readdir(stateFolder)).resolves.toEqual([]);
  });

  it('rejects where the binary does not exist', async () => {
    launcher = createLauncher({ nodePath: '/does/not/exist' });
    await expect(launcher.launch(launchRequest())).rejects.toThrow('could not be spawned (ENOENT)');
  });

  it('ends what already runs for the instance, even when ten are asked for at once', async () => {
    const runtimes = await Promise.all(Array.from({ length: 10 }, () => launcher.launch(launchRequest())));
    const alive = await Promise.all(runtimes.map(({ ref }) => isAlive(ref)));
    expect(alive).toEqual([...Array(9).fill(false), true]);
    await expect(launcher.list()).resolves.toEqual([{ instanceId: 'ins_plain_1', runtime: runtimes[9] }]);
    expect(exits).toEqual([]);
    const record = JSON.parse(await readFile(join(stateFolder, 'ins_plain_1.json'), 'utf8'));
    expect(String(record.processId)).toBe(runtimes[9]?.ref);
  });

  it('is given up at once when the instance is stopped meanwhile', async () => {
    // Nobody waits for the grace, which would be longer than this test may take.
    launcher = createLauncher({ readyTimeoutMilliseconds: 60_000, graceMilliseconds: 60_000 });
    const launch = launcher.launch(launchRequest('silent'));
    launch.catch(() => {});
    await vi.waitFor(() => expect(text()).toContain('I say nothing more'), 15_000);
    await launcher.stop('ins_silent_1');
    await expect(launch).rejects.toThrow('was stopped while it started');
  });
});

describe('a stop', () => {
  it('ends the process politely and is no exit to tell of', async () => {
    const { ref } = await launcher.launch(launchRequest());
    await launcher.stop('ins_plain_1');
    expect(await isAlive(ref)).toBe(false);
    expect(exits).toEqual([]);
    await expect(readdir(stateFolder)).resolves.toEqual([]);
  });

  it('kills a process that ignores SIGTERM after the grace', async () => {
    const { ref } = await launcher.launch(launchRequest('stubborn'));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const stopped = launcher.stop('ins_stubborn_1', 3_000);
      while (!text().includes('SIGTERM ignored')) await new Promise((resolve) => setImmediate(resolve));
      await vi.advanceTimersByTimeAsync(2_999);
      expect(await isAlive(ref)).toBe(true);
      await vi.advanceTimersByTimeAsync(1);
      vi.useRealTimers();
      await stopped;
    } finally {
      vi.useRealTimers();
    }
    expect(await isAlive(ref)).toBe(false);
  });

  it('does nothing where nothing runs', async () => {
    await expect(launcher.stop('ins_absent_1')).resolves.toBeUndefined();
  });
});

describe('an exit that nobody asked for', () => {
  it.each([
    ['killed', 'was killed by SIGKILL'],
    ['broken', 'ended with exit code 1'],
  ])('of a process that is %s is told in words', async (behaviour, reason) => {
    const { ref } = await launcher.launch(launchRequest(behaviour));
    if (behaviour === 'killed') process.kill(Number(ref), 'SIGKILL');
    await vi.waitFor(() => expect(exits).toEqual([{ instanceId: `ins_${behaviour}_1`, ref, reason }]), 15_000);
    await expect(launcher.list()).resolves.toEqual([]);
  });

  it('by lack of memory says so', async () => {
    await launcher.launch(launchRequest('hungry'));
    await vi.waitFor(() => expect(exits[0]?.reason).toBe('ran out of memory'), 20_000);
  });
});

describe('log lines', () => {
  it('survive garbage: foreign lines become errors, over-long ones are cut, invalid UTF-8 is replaced', async () => {
    await launcher.launch(launchRequest('garbage'));
    await vi.waitFor(() => expect(text()).toContain('ready'), 15_000);
    const lines = logs.map(({ line }) => line);
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', message: 'this is not the line you wait for' }));
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', message: '\uFFFD\uFFFD [31m' }));
    const long = lines.find(({ message }) => message.startsWith('xxx'));
    expect(long?.message.length).toBeLessThan(17_000);
    expect(long?.message).toMatch(/… \(cut\)$/);
    expect(lines).toContainEqual(expect.objectContaining({ level: 'info', message: `Łódź 🚀 ${'ü'.repeat(2000)}` }));
  });

  it('never hold the key or the token', async () => {
    await launcher.launch(launchRequest('leaky'));
    await vi.waitFor(() => expect(text()).toContain('ready'), 15_000);
    expect(logs.filter(({ line }) => line.message.includes('[redacted]'))).toHaveLength(3);
    for (const form of [plantedKey, encodeURIComponent(plantedKey), plantedToken, 'canary']) expect(text()).not.toContain(form);
  });
});

describe('when the platform is killed', () => {
  async function runPlatform(...behaviours: string[]) {
    const program = join(import.meta.dirname, 'platform-process.ts');
    const platform = spawn(process.execPath, [program, stateFolder, ...behaviours], { stdio: ['ignore', 'pipe', 'inherit'] });
    const line = await new Promise<string>((resolve) => platform.stdout.once('data', (chunk) => resolve(String(chunk))));
    return { platform, processIds: JSON.parse(line) as number[] };
  }

  it('its instances end by themselves', async () => {
    const { platform, processIds } = await runPlatform('plain', 'stubborn');
    expect(await Promise.all(processIds.map(isAlive))).toEqual([true, true]);
    platform.kill('SIGKILL');
    await vi.waitFor(async () => expect(await Promise.all(processIds.map(isAlive))).toEqual([false, false]), 15_000);
  });

  it('the next one kills those that hang, and no process that only has the same number', async () => {
    const { platform, processIds } = await runPlatform('immortal');
    platform.kill('SIGKILL');
    const bystander = spawn('sleep', ['60']);
    await writeFile(
      join(stateFolder, 'ins_other_1.json'),
      JSON.stringify({ instanceId: 'ins_other_1', processId: bystander.pid, identity: 'another-boot/1' }),
    );
    await writeFile(join(stateFolder, 'ins_broken_1.json'), '{"instanceId":');
    expect(await isAlive(processIds[0] ?? 0)).toBe(true);

    await expect(launcher.sweepLeftovers()).resolves.toEqual(['ins_immortal_1']);
    expect(await isAlive(processIds[0] ?? 0)).toBe(false);
    expect(await isAlive(bystander.pid ?? 0)).toBe(true);
    bystander.kill();
    await expect(readdir(stateFolder)).resolves.toEqual([]);
    await expect(launcher.sweepLeftovers()).resolves.toEqual([]);
  });
});
