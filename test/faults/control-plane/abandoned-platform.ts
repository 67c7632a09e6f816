import { expect, vi } from 'vitest';
import { decideDeletion, decideOperation } from '../../../functions/domain/instance-operations.ts';
import { Supervisor } from '../../../functions/instance-manager/supervisor.ts';
import { atRest, type Disk, Installation, World } from '../../functions/instance-manager/installation.ts';
import { Mortality } from './mortal-ports.ts';

/** Where instances run: as child processes, which end with the platform, or as containers or tasks, which do not. */
export type Launching = 'child processes' | 'containers';

export const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

/** A platform that may end at any step, over a disk and a world that do not. */
export class MortalPlatform {
  readonly mortality = new Mortality();
  readonly installation: Installation;
  readonly supervisor: Supervisor;

  private constructor(disk: Disk, world: World) {
    const { instances, tokens, keys, secrets, events } = disk;
    const { launcher, routes, accessTokens } = world;
    const { probe, keyChecker } = new Installation();
    this.installation = new Installation({
      disk,
      world,
      ports: this.mortality.mortalPorts({
        ...{ instances, tokens, keys, secrets, events, launcher, routes, accessTokens, probe, keyChecker },
      }),
    });
    const { inventory } = disk;
    const ports = { ...this.installation.supervisorPorts, inventory: this.mortality.mortal('inventory', inventory) };
    this.supervisor = new Supervisor(ports, { random: () => 0.5 });
  }

  static async open(disk: Disk, world: World): Promise<MortalPlatform> {
    const platform = new MortalPlatform(disk, world);
    await platform.installation.runner.prepare();
    return platform;
  }

  /** Asks as the API does, and does not wait. */
  async ask(id: string, operation: 'start' | 'stop' | 'restart' | 'delete'): Promise<void> {
    const present = await this.installation.disk.instances.findById(id);
    if (!present || present.desiredState === 'deleted') return;
    const decision = operation === 'delete' ? decideDeletion() : decideOperation(present, operation);
    if (!decision) return;
    await this.installation.disk.instances.update(id, decision.change);
    void this.installation.runner.request(id, decision.operation);
  }

  /** Ends it in order, so that none of its timers goes on. */
  async close(): Promise<void> {
    const stopped = this.supervisor.stop();
    await pass(3000);
    await stopped;
  }
}

/** What the next platform finds: the disk, and of the world what outlived the former one. */
export function worldAfterDeath(world: World, launching: Launching): World {
  world.launcher.forgetListeners();
  return launching === 'containers' ? world : new World();
}

/** Asserts that nothing is left over and nothing is missing, by the invariant itself. */
export async function expectNoOrphans(platform: MortalPlatform, moment: string): Promise<void> {
  const check = platform.supervisor.audit.check();
  await pass(1000);
  const { violations, components } = await check;
  expect(violations, moment).toEqual([]);
  expect(
    components.filter(({ status }) => status !== 'ok'),
    moment,
  ).toEqual([]);
}

/** Asserts that the instance is where its owner wants it, with all processes it should have and no other. */
export async function expectUsable({ installation }: MortalPlatform, id: string, moment: string): Promise<void> {
  const instance = await installation.instance(id);
  const processes = installation.launcher.of(id);
  const route = await installation.routes.get(id);
  if (instance?.status === 'running') {
    const count = Math.min(instance.replicas, instance.maxReplicas);
    expect(
      processes.map(({ replica }) => replica),
      moment,
    ).toEqual(Array.from({ length: count }, (_, replica) => replica));
    expect(
      processes.map(({ configuration }) => configuration.processes ?? 1),
      moment,
    ).toEqual(Array(count).fill(count));
    const addresses = processes.map(({ runtime }) => runtime.address);
    expect([route?.address, ...(route?.replicas ?? []).map(({ address }) => address)].sort(), moment).toEqual(addresses.sort());
    expect(instance.desiredState, moment).toBe('running');
    return;
  }
  const rest = instance?.desiredState === 'running' ? 'sleeping' : instance?.status === 'stopped' ? 'stopped' : undefined;
  expect(await installation.observe(id), moment).toEqual(atRest(rest));
}
