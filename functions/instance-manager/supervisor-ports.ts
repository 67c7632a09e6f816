import type { LeftoverProcess } from '../domain/invariant.ts';
import type { SleepRules } from '../domain/sleep.ts';
import type {
  Instance,
  InstanceLogFeed,
  InstanceLogStore,
  ProcessReader,
  ResourceInventory,
  WarmPool,
  WarmProcessStarter,
} from '../ports.ts';
import type { LifecycleObserver } from './lifecycle-observer.ts';
import type { LifecyclePorts } from './lifecycle-ports.ts';
import type { LifecycleRunner } from './lifecycle-runner.ts';
import type { OrphanConfirmation } from './orphan-confirmation.ts';

/** What watching over running instances needs from outside. */
export interface SupervisorPorts extends LifecyclePorts {
  runner: LifecycleRunner;
  logs: InstanceLogStore;
  logFeed: InstanceLogFeed;
  /** What is stored besides instances. */
  inventory: ResourceInventory;
  /** Processes that an earlier run of the platform left behind; missing where the launcher itself lists whatever runs. */
  leftovers?: ProcessLeftovers;
  /** The pool of warm processes, to be looked at; missing where there is none. */
  warmPool?: { pool: Pick<WarmPool, 'list'>; processes: Pick<WarmProcessStarter, 'list'> };
  /** What running processes tell of themselves, for scaling. Where it is missing, instances are only scaled for lack of memory. */
  processReader?: ProcessReader;
  /** What the plan of the instance's workspace says about sleeping; its own setting decides where this is missing. */
  sleepRules?(instance: Instance): SleepRules | undefined;
  observer?: LifecycleObserver;
  /**
   * What an operator has confirmed of orphans; without it, no more of them are ended than crashes leave behind. Missing where the platform
   * ends any number: where processes and secrets cannot outlive what they belong to, as on one machine, where processes end with the
   * service and secrets lie in the database itself.
   */
  orphanConfirmation?: Pick<OrphanConfirmation, 'confirmed' | 'ended'>;
}

/** Knows the processes that an earlier run of the platform launched and that still live. */
export interface ProcessLeftovers {
  list(): Promise<LeftoverProcess[]>;
  /** Ends them. Rejects where one could not be ended. */
  end(): Promise<void>;
}
