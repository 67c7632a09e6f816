import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Disk, World } from '../../functions/instance-manager/installation.ts';
import { propertyLimits } from '../../property-limits.ts';
import { expectNoOrphans, expectUsable, type Launching, MortalPlatform, pass, worldAfterDeath } from './abandoned-platform.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Operation {
  name: string;
  /** What the instance is before: not started, running with so many processes, or asleep. */
  before: { replicas: number; status: 'new' | 'running' | 'sleeping' };
  begin(platform: MortalPlatform, id: string): Promise<void>;
  /** Where the instance may be in the end. */
  outcomes: readonly ('running' | 'sleeping' | 'stopped' | undefined)[];
}

async function changeReplicas({ installation, supervisor }: MortalPlatform, id: string, replicas: number): Promise<void> {
  await installation.disk.instances.update(id, { replicas });
  void supervisor.reconcile();
}

const one = { replicas: 1, status: 'running' } as const;
const three = { replicas: 3, status: 'running' } as const;
const operations: Operation[] = [
  {
    name: 'start',
    before: { replicas: 1, status: 'new' },
    begin: async ({ installation }, id) => void installation.runner.request(id, 'start'),
    outcomes: ['running'],
  },
  {
    name: 'start with replicas',
    before: { replicas: 3, status: 'new' },
    begin: async ({ installation }, id) => void installation.runner.request(id, 'start'),
    outcomes: ['running'],
  },
  { name: 'stop', before: one, begin: (platform, id) => platform.ask(id, 'stop'), outcomes: ['stopped'] },
  { name: 'stop with replicas', before: three, begin: (platform, id) => platform.ask(id, 'stop'), outcomes: ['stopped'] },
  { name: 'restart', before: one, begin: (platform, id) => platform.ask(id, 'restart'), outcomes: ['running'] },
  { name: 'restart with replicas', before: three, begin: (platform, id) => platform.ask(id, 'restart'), outcomes: ['running'] },
  { name: 'delete', before: one, begin: (platform, id) => platform.ask(id, 'delete'), outcomes: [undefined] },
  { name: 'delete with replicas', before: three, begin: (platform, id) => platform.ask(id, 'delete'), outcomes: [undefined] },
  {
    name: 'sleep',
    before: one,
    begin: async ({ installation }, id) => void installation.runner.request(id, 'sleep'),
    outcomes: ['sleeping', 'running'],
  },
  {
    name: 'sleep with replicas',
    before: three,
    begin: async ({ installation }, id) => void installation.runner.request(id, 'sleep'),
    outcomes: ['sleeping', 'running'],
  },
  {
    name: 'wake',
    before: { replicas: 2, status: 'sleeping' },
    begin: async ({ supervisor }, id) => void supervisor.wake(id),
    outcomes: ['running', 'sleeping'],
  },
  {
    name: 'change from one process to three',
    before: one,
    begin: (platform, id) => changeReplicas(platform, id, 3),
    outcomes: ['running'],
  },
  {
    name: 'change from three processes to one',
    before: three,
    begin: (platform, id) => changeReplicas(platform, id, 1),
    outcomes: ['running'],
  },
  {
    name: 'change from three processes to two',
    before: three,
    begin: (platform, id) => changeReplicas(platform, id, 2),
    outcomes: ['running'],
  },
  {
    name: 'recovery from a crash',
    before: one,
    begin: async ({ installation }, id) => installation.launcher.kill(id),
    outcomes: ['running'],
  },
  {
    name: 'recovery of a replica',
    before: three,
    begin: async ({ installation }, id) => installation.launcher.kill(id, { replica: 2 }),
    outcomes: ['running'],
  },
];

/** A platform with one instance, in the state before the operation. */
async function prepared({ before }: Operation, disk: Disk, world: World): Promise<{ platform: MortalPlatform; id: string }> {
  const platform = await MortalPlatform.open(disk, world);
  const { installation } = platform;
  const id = await installation.addInstance({ replicas: before.replicas, maxReplicas: 3 });
  if (before.status === 'new') return { platform, id };
  void installation.runner.request(id, 'start');
  await pass(100);
  if (before.status === 'sleeping') void installation.runner.request(id, 'sleep');
  await pass(100);
  expect(await installation.instance(id)).toMatchObject({ status: before.status });
  expect(installation.launcher.processes.size).toBe(before.status === 'sleeping' ? 0 : before.replicas);
  return { platform, id };
}

/** Does the operation until so many steps are done, and abandons the platform then. Answers the steps that were done. */
async function abandonAfter(operation: Operation, steps: number, disk: Disk, world: World) {
  const { platform, id } = await prepared(operation, disk, world);
  platform.mortality.arm(steps);
  await operation.begin(platform, id);
  // Shorter than any time limit of a task: nothing reacts to the death.
  await pass(5000);
  return { platform, id, steps: [...platform.mortality.steps] };
}

async function bringBack(disk: Disk, world: World): Promise<MortalPlatform> {
  const platform = await MortalPlatform.open(disk, world);
  void platform.supervisor.start();
  // Two comparisons, and the pauses of restarts.
  await pass(75_000);
  return platform;
}

describe.each<Launching>(['child processes', 'containers'])('where instances are %s', (launching) => {
  it.each(operations)(
    'the platform killed after every single step of a $name leaves no orphan and a usable state',
    async (operation) => {
      const whole = await abandonAfter(operation, Number.POSITIVE_INFINITY, new Disk(), new World());
      const count = whole.steps.length;
      expect(count).toBeGreaterThan(1);
      await whole.platform.close();

      for (let steps = 0; steps <= count; steps += 1) {
        const disk = new Disk();
        const world = new World();
        const dead = await abandonAfter(operation, steps, disk, world);
        const moment = `killed after step ${steps}: ${dead.steps.at(-1) ?? 'the request'}`;
        const next = await bringBack(disk, worldAfterDeath(world, launching));
        await expectNoOrphans(next, moment);
        await expectUsable(next, dead.id, moment);
        expect(operation.outcomes, moment).toContain((await next.installation.instance(dead.id))?.status);
        await next.close();
      }
    },
  );

  it('the platform killed again and again while it recovers comes back all the same', async () => {
    const kills = fc.array(fc.nat(25), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...operations), fc.nat(15), kills, async (operation, steps, further) => {
        const disk = new Disk();
        let world = new World();
        const { id } = await abandonAfter(operation, steps, disk, world);
        for (const kill of further) {
          world = worldAfterDeath(world, launching);
          const platform = await MortalPlatform.open(disk, world);
          platform.mortality.arm(kill);
          void platform.supervisor.start();
          await pass(35_000);
        }
        const last = await bringBack(disk, worldAfterDeath(world, launching));
        await expectNoOrphans(last, operation.name);
        await expectUsable(last, id, operation.name);
        await last.close();
      }),
      { numRuns: 40, ...propertyLimits(60_000) },
    );
  }, 60_000);
});

it('a key that was sealed when the platform died before its row was stored is cleared away', async () => {
  const disk = new Disk();
  await disk.secrets.put('smartlead-key/key_lost', 'demo-canary');
  const platform = await bringBack(disk, new World());
  expect(await disk.secrets.list()).toEqual([]);
  await expectNoOrphans(platform, 'after a lost key');
  await platform.close();
});
