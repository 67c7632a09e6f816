import { MemoryWarmPool } from '../../../../functions/adapters/memory/warm-pool.ts';
import { takeWarmProcess } from '../../../../functions/adapters/warm-pool/take-warm-process.ts';
import { WarmAssignmentFailed } from '../../../../functions/adapters/warm-pool/warm-assignment-failed.ts';
import { WarmPoolKeeper, type WarmPoolKeeperOptions } from '../../../../functions/instance-manager/warm-pool-keeper.ts';
import type { WarmKind, WarmPool, WarmProcessStarter } from '../../../../functions/ports.ts';

export interface WorldProcess extends WarmKind {
  id: string;
  startedAt: number;
  isReady: boolean;
  /** The instance it was assigned to. */
  owner?: string;
}

/** How many calls somebody makes before they die, and whether the last one still has its effect. */
export interface Death {
  afterCalls: number;
  isEffective: boolean;
}

/** What runs, and what is known of it, while those who look after it come and go. */
export class World {
  now = Date.parse('2026-11-22T09:00:00.000Z');
  kinds: WarmKind[] = [{ version: 'v1', size: 'small' }];
  readonly pool = new MemoryWarmPool();
  readonly running = new Map<string, WorldProcess>();
  readonly reports: string[] = [];
  /** Whether processes need some time until they can be assigned, as tasks do. */
  readonly areSlow: boolean;
  failsToStart = false;
  starts = 0;
  /** Most that ever waited at the same time. */
  mostWaiting = 0;
  readonly #limits: WarmPoolKeeperOptions;
  #keeper: WarmPoolKeeper;

  constructor(limits: WarmPoolKeeperOptions, areSlow: boolean) {
    this.#limits = limits;
    this.areSlow = areSlow;
    this.#keeper = this.#createKeeper();
  }

  readonly clock = { now: () => new Date(this.now) };

  readonly starter: WarmProcessStarter = {
    start: async ({ id, version, size }) => {
      if (this.failsToStart) throw new Error('There is no room.');
      this.starts += 1;
      const process = this.running.get(id) ?? { id, version, size, startedAt: this.now, isReady: !this.areSlow };
      this.running.set(id, process);
      this.mostWaiting = Math.max(this.mostWaiting, (await this.waiting()).length);
      return { ref: `ref-${id}`, ...(process.isReady ? { address: `http://${id}` } : {}) };
    },
    list: async () =>
      [...this.running.values()]
        .filter(({ owner }) => owner === undefined)
        .map(({ id, isReady, startedAt }) => ({
          id,
          ref: `ref-${id}`,
          address: isReady ? `http://${id}` : undefined,
          startedAt: new Date(startedAt).toISOString(),
        })),
    end: async (id) => {
      if (this.running.get(id)?.owner === undefined) this.running.delete(id);
    },
  };

  /** One look of the keeper, which may die at it; another one takes its place then. */
  async keep(death?: Death): Promise<void> {
    if (death === undefined) return this.#keeper.keep();
    await this.#createKeeper(death).keep();
    this.#keeper = this.#createKeeper();
  }

  /** A launch, as a launcher does it: answers the process it got. */
  async launch(instanceId: string, outcome: 'assigned' | 'failed', death?: Death): Promise<string | undefined> {
    const pool = death === undefined ? this.pool : mortal(this.pool, death);
    const kind = this.kinds[0] as WarmKind;
    const world = mortal(
      {
        assign: async (id: string) => {
          const process = this.running.get(id);
          if (process === undefined || outcome === 'failed') throw new WarmAssignmentFailed('unreachable', 'no answer');
          if (process.owner !== undefined) throw new Error(`${id} was given to ${process.owner} and to ${instanceId}`);
          process.owner = instanceId;
        },
        abandon: async (id: string) => {
          if (this.running.get(id)?.owner === instanceId) this.running.delete(id);
        },
      },
      death,
    );
    const parts = { clock: this.clock, pool, report: () => undefined };
    const use = { assign: ({ id }: { id: string }) => world.assign(id), abandon: ({ id }: { id: string }) => world.abandon(id) };
    try {
      return (await takeWarmProcess(parts, kind, instanceId, use))?.id;
    } catch (error) {
      if (error instanceof Died) return undefined;
      throw error;
    }
  }

  /** Processes that nobody has and no launch is about to get. */
  async waiting(): Promise<WorldProcess[]> {
    const claimed = new Set((await this.pool.list()).filter(({ state }) => state === 'claimed').map(({ id }) => id));
    return [...this.running.values()].filter(({ id, owner }) => owner === undefined && !claimed.has(id));
  }

  #createKeeper(death?: Death): WarmPoolKeeper {
    const life = death === undefined ? undefined : { ...death };
    return new WarmPoolKeeper(
      {
        clock: this.clock,
        pool: mortal<WarmPool>(this.pool, life),
        starter: mortal(this.starter, life),
        kinds: async () => this.kinds,
        report: ({ message }) => this.reports.push(message),
      },
      this.#limits,
    );
  }
}

class Died extends Error {}

/** The same, until its user dies: from then on nothing they ask for happens. */
function mortal<Port extends object>(port: Port, life: Death | undefined): Port {
  if (life === undefined) return port;
  return new Proxy(port, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...parameters: unknown[]) => Promise<unknown>;
      return async (...parameters: unknown[]) => {
        life.afterCalls -= 1;
        if (life.afterCalls > 0) return method.apply(target, parameters);
        if (life.afterCalls === 0 && life.isEffective) await method.apply(target, parameters);
        throw new Died('died');
      };
    },
  });
}
