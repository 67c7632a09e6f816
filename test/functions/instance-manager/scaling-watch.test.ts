import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Supervisor } from '../../../functions/instance-manager/supervisor.ts';
import type { InstanceActivity, ProcessReading, Runtime } from '../../../functions/ports.ts';
import { Installation } from './installation.ts';

const minute = 60_000;
const mebibyte = 1024 * 1024;
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

/** Processes that are as busy as a test says, all together, and tell it as counters since their start. */
class Load {
  cores = 0;
  memoryBytes = 80 * mebibyte;
  requestsInFlight = 0;
  readonly #cpuSeconds = new Map<string, { seconds: number; at: number; since: number }>();
  readonly #installation: Installation;

  constructor(installation: Installation) {
    this.#installation = installation;
  }

  async readProcess({ ref }: Runtime): Promise<ProcessReading> {
    const now = Date.now();
    const known = this.#cpuSeconds.get(ref) ?? { seconds: 0, at: now, since: now };
    const share = this.cores / this.#installation.launcher.processes.size;
    const seconds = known.seconds + ((now - known.at) / 1000) * share;
    this.#cpuSeconds.set(ref, { ...known, seconds, at: now });
    const live = { sessions: 1, memoryBytes: this.memoryBytes, uptimeSeconds: (now - known.since) / 1000, rateLimit: null };
    return { live: { ...live, cpuSeconds: seconds }, tools: {} };
  }

  async read(): Promise<InstanceActivity> {
    return { lastRequestAt: Date.now(), requestsInFlight: this.requestsInFlight, streams: 0 };
  }
}

async function watched(change: Parameters<Installation['addInstance']>[0] = {}) {
  const installation = new Installation();
  await installation.runner.prepare();
  const load = new Load(installation);
  const ports = { ...installation.supervisorPorts, processReader: load, activity: load };
  const supervisor = new Supervisor(ports, { random: () => 0.5 });
  supervisors.push(supervisor);
  const id = await installation.addInstance({ maxReplicas: 4, sleepAfterSeconds: null, ...change });
  void supervisor.start();
  await pass(minute);
  return { installation, load, id };
}

const scaleOf = async (installation: Installation, id: string) => {
  const { size, replicas } = (await installation.instance(id)) ?? {};
  return { size, replicas, processes: installation.launcher.of(id).map((process) => process.size) };
};

describe('an instance with much to do', () => {
  it('gets more processes once that has lasted three minutes, and one again when it has nothing to do for long', async () => {
    const { installation, load, id } = await watched();
    load.cores = 1.6;
    await pass(3 * minute);
    expect(await scaleOf(installation, id)).toEqual({ size: 'small', replicas: 1, processes: ['small'] });
    await pass(3 * minute);
    expect(await scaleOf(installation, id)).toEqual({ size: 'small', replicas: 3, processes: ['small', 'small', 'small'] });
    const { version } = (await installation.instance(id)) ?? {};
    await pass(30 * minute);
    // The same load changes nothing twice.
    expect(await installation.instance(id)).toMatchObject({ version });
    load.cores = 0.1;
    await pass(15 * minute);
    expect(await scaleOf(installation, id)).toEqual({ size: 'small', replicas: 1, processes: ['small'] });
    const scaled = installation.disk.events.events.filter(({ type }) => type === 'scaled').map(({ message }) => message);
    expect(scaled).toEqual([
      'Its processes were busy, so 3 processes serve it. It has 3 processes of class small now.',
      'It has little to do, so 1 process suffices. It has 1 process of class small now.',
    ]);
  });

  it('for a short time only is left as it is', async () => {
    const { installation, load, id } = await watched();
    for (let round = 0; round < 10; round += 1) {
      load.requestsInFlight = round % 2 === 0 ? 200 : 0;
      await pass(2 * minute);
    }
    expect(await scaleOf(installation, id)).toEqual({ size: 'small', replicas: 1, processes: ['small'] });
  });

  it('keeps to one process where its owner allows no more', async () => {
    const { installation, load, id } = await watched({ maxReplicas: 1 });
    load.cores = 4;
    await pass(20 * minute);
    expect(await scaleOf(installation, id)).toEqual({ size: 'small', replicas: 1, processes: ['small'] });
  });

  it('gets the next memory class before its own is used up, and keeps what its owner chose at least', async () => {
    const { installation, load, id } = await watched({ size: 'medium' });
    load.memoryBytes = 330 * mebibyte;
    await pass(6 * minute);
    expect(await scaleOf(installation, id)).toEqual({ size: 'large', replicas: 1, processes: ['large'] });
    load.memoryBytes = 80 * mebibyte;
    await pass(30 * minute);
    expect(await scaleOf(installation, id)).toMatchObject({ size: 'large' });
  });
});

describe('an instance that runs out of memory', () => {
  it('comes back with the next memory class at once', async () => {
    const { installation, id } = await watched();
    installation.launcher.kill(id, { outOfMemory: true });
    await pass(2000);
    expect(await scaleOf(installation, id)).toEqual({ size: 'medium', replicas: 1, processes: ['medium'] });
    expect(await installation.instance(id)).toMatchObject({ status: 'running' });
  });

  it('in one of its replicas gets the class for all of them', async () => {
    const { installation, id } = await watched({ replicas: 2 });
    installation.launcher.kill(id, { replica: 1, outOfMemory: true });
    await pass(2000);
    expect(await scaleOf(installation, id)).toEqual({ size: 'medium', replicas: 2, processes: ['medium', 'medium'] });
  });
});
