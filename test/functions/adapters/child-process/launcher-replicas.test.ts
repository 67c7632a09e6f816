import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChildProcessLauncher } from '../../../../functions/adapters/child-process/launcher.ts';
import { processIdentity } from '../../../../functions/adapters/process-identity.ts';
import type { InstanceExit, LaunchRequest } from '../../../../functions/ports.ts';
import { fakeInstanceFolder, launchRequest } from './launch-request.ts';

const id = 'ins_plain_1';
let stateFolder: string;
let launcher: ChildProcessLauncher;
let exits: InstanceExit[];

const replica = (number: number, change: Partial<LaunchRequest> = {}): LaunchRequest => ({
  ...launchRequest(),
  replica: number,
  ...change,
});
const isAlive = (processId: number | string) => processIdentity(Number(processId)) !== undefined;
const running = async () => (await launcher.list()).map((process) => process.replica ?? 0).sort();

beforeEach(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), 'launcher-'));
  exits = [];
  launcher = new ChildProcessLauncher({
    ...{ nodePath: process.execPath, bundleFolder: fakeInstanceFolder, stateFolder, graceMilliseconds: 2000 },
    bundleFolderOf: (version) => (version === '1.0.0' ? fakeInstanceFolder : '/does/not/exist'),
  });
  launcher.onExit((exit) => exits.push(exit));
});

afterEach(async () => {
  await launcher.stop(id, 0);
  await rm(stateFolder, { recursive: true, force: true });
});

describe('replicas', () => {
  it('run beside the first process, each at its own address and with its own record', async () => {
    const runtimes = [
      await launcher.launch(launchRequest()),
      await launcher.launch(replica(1)),
      await launcher.launch(replica(2)),
    ];
    expect(await launcher.list()).toEqual([
      { instanceId: id, runtime: runtimes[0] },
      { instanceId: id, replica: 1, runtime: runtimes[1] },
      { instanceId: id, replica: 2, runtime: runtimes[2] },
    ]);
    expect(new Set(runtimes.map(({ address }) => address)).size).toBe(3);
    expect((await readdir(stateFolder)).sort()).toEqual([`${id}.1.json`, `${id}.2.json`, `${id}.json`]);
    const record = JSON.parse(await readFile(join(stateFolder, `${id}.2.json`), 'utf8'));
    expect(record).toMatchObject({ instanceId: id, replica: 2, processId: Number(runtimes[2]?.ref) });
  });

  it('end alone, and leave the others be', async () => {
    await launcher.launch(launchRequest());
    const { ref } = await launcher.launch(replica(1));
    await launcher.launch(replica(2));
    await launcher.stopReplica(id, 1);
    expect(isAlive(ref)).toBe(false);
    expect(await running()).toEqual([0, 2]);
    expect(exits).toEqual([]);
  });

  it('are replaced by a launch of the same replica alone', async () => {
    const first = await launcher.launch(launchRequest());
    const former = await launcher.launch(replica(1));
    const latter = await launcher.launch(replica(1));
    expect([first, former, latter].map(({ ref }) => isAlive(ref))).toEqual([true, false, true]);
    expect(await running()).toEqual([0, 1]);
  });

  it('end with the instance, also one that is just being launched', async () => {
    const { ref } = await launcher.launch(launchRequest());
    await launcher.launch(replica(1));
    const launch = launcher.launch(replica(2));
    launch.catch(() => {});
    await launcher.stop(id, 0);
    await launch.catch(() => {});
    expect(isAlive(ref)).toBe(false);
    expect(await launcher.list()).toEqual([]);
    await vi.waitFor(async () => expect(await readdir(stateFolder)).toEqual([]), 15_000);
  });

  it('that die are told of by their number', async () => {
    await launcher.launch(launchRequest());
    const { ref } = await launcher.launch(replica(3));
    process.kill(Number(ref), 'SIGKILL');
    await vi.waitFor(() => expect(exits).toEqual([{ instanceId: id, replica: 3, ref, reason: 'was killed by SIGKILL' }]), 15_000);
    expect(await running()).toEqual([0]);
  });
});

describe('a launch', () => {
  it('is of the version that is asked for, and says so', async () => {
    expect(await launcher.launch(replica(0, { version: '1.0.0' }))).toMatchObject({ version: '1.0.0' });
    await expect(launcher.launch(replica(1, { version: '2.0.0' }))).rejects.toThrow('no main.js in /does/not/exist');
    expect(await running()).toEqual([0]);
  });

  it('says among how many processes the rate limit is divided', async () => {
    const { configuration } = launchRequest();
    expect(await launcher.launch(replica(1, { configuration: { ...configuration, processes: 3 } }))).toMatchObject({
      processes: 3,
    });
  });
});

describe('processes of an earlier run', () => {
  it('are listed and ended while others run, whatever their replica; those of this run are left alone', async () => {
    const own = await launcher.launch(launchRequest());
    const leftover = spawn('sleep', ['60'], { detached: true });
    const processId = leftover.pid ?? 0;
    const record = { instanceId: 'ins_old_1', replica: 2, processId, identity: processIdentity(processId) };
    await writeFile(join(stateFolder, 'ins_old_1.2.json'), JSON.stringify(record));
    expect(await launcher.listLeftovers()).toEqual([record]);
    await launcher.endLeftovers();
    expect(isAlive(processId)).toBe(false);
    expect(isAlive(own.ref)).toBe(true);
    expect(await launcher.listLeftovers()).toEqual([]);
    expect(await readdir(stateFolder)).toEqual([`${id}.json`]);
  });
});
