import type { Instance, Runtime } from '../ports.ts';
import type { CrashRecovery } from './crash-recovery.ts';
import { everyInstance } from './every-instance.ts';
import type { KeyWatch } from './key-watch.ts';
import type { SupervisorPorts } from './supervisor-ports.ts';
import { accessTokenSecretName } from './tasks/access-token-secret.ts';
import { isSameRuntime } from './tasks/launch-fence.ts';

/** What is to be done about a difference between what should be and what is. */
export type Repair = 'none' | 'start' | 'stop' | 'delete' | 'end-process' | 'retry-key' | 'exited';

/** What was found to run for an instance. */
export interface Observation {
  runtime: Runtime | undefined;
  /** Whether the router knows the way to it. */
  hasRoute: boolean;
}

/** Compares one instance with what runs for it. Pure; called only for instances that nobody works on at the moment. */
export function decideRepair(instance: Instance, observed: Observation): Repair {
  if (instance.desiredState === 'deleted') return 'delete';
  const isRunning = observed.runtime !== undefined;
  const isTied = isRunning || observed.hasRoute || instance.runtime !== null;
  if (instance.status === 'suspended') return isTied ? 'end-process' : 'none';
  if (instance.desiredState === 'stopped') return instance.status !== 'stopped' || isTied ? 'stop' : 'none';
  switch (instance.status) {
    case 'running':
      if (!isRunning && instance.runtime) return 'exited';
      return isSameRuntime(instance.runtime, observed.runtime) && observed.hasRoute ? 'none' : 'start';
    case 'failed':
      return isTied ? 'end-process' : 'none';
    case 'unauthenticated':
      return isTied ? 'end-process' : 'retry-key';
    case 'sleeping':
      return isTied ? 'end-process' : 'none';
    default:
      return 'start';
  }
}

/**
 * Finds and repairs what a crash, a lost notice or a failed step left behind, in both directions: instances that should run and
 * do not, and processes that nobody wants.
 */
export class Reconciler {
  readonly #ports: SupervisorPorts;
  readonly #recovery: CrashRecovery;
  readonly #keyWatch: KeyWatch;

  constructor(ports: SupervisorPorts, recovery: CrashRecovery, keyWatch: KeyWatch) {
    this.#ports = ports;
    this.#recovery = recovery;
    this.#keyWatch = keyWatch;
  }

  /** One pass over all instances. Answers the ids of those that exist. Rejects where the store cannot be read. */
  async reconcile(): Promise<Set<string>> {
    // What runs first: a process that is launched during the pass belongs to a row that existed before.
    const runtimes = new Map((await this.#ports.launcher.list()).map((entry) => [entry.instanceId, entry.runtime]));
    const existing = new Set<string>();
    for await (const instance of everyInstance(this.#ports.instances)) {
      existing.add(instance.id);
      if (this.#isLookedAfter(instance.id)) continue;
      const hasRoute = (await this.#ports.routes.get(instance.id)) !== undefined;
      const observed = { runtime: runtimes.get(instance.id), hasRoute };
      if (decideRepair(instance, observed) !== 'none') this.#repairLater(instance.id);
    }
    for (const instanceId of runtimes.keys()) if (!existing.has(instanceId)) this.#repairLater(instanceId);
    return existing;
  }

  #isLookedAfter(instanceId: string): boolean {
    return this.#ports.runner.isBusy(instanceId) || this.#recovery.isScheduled(instanceId);
  }

  /** Not awaited by the pass: one slow stop must not hold up the others. */
  #repairLater(instanceId: string): void {
    this.#repair(instanceId).catch((cause) => {
      this.#ports.report({ message: 'An instance could not be repaired.', instanceId, cause });
    });
  }

  async #repair(instanceId: string): Promise<void> {
    const { runner, launcher, instances, routes } = this.#ports;
    // In turn and with fresh eyes: what looked wrong may have been half of something going on.
    const repair = await runner.exclusively(instanceId, async (): Promise<Repair> => {
      const runtime = (await launcher.list()).find((entry) => entry.instanceId === instanceId)?.runtime;
      const instance = await instances.findById(instanceId);
      const hasRoute = (await routes.get(instanceId)) !== undefined;
      const needed = instance ? decideRepair(instance, { runtime, hasRoute }) : 'end-process';
      if (needed === 'end-process') await this.#endProcess(instance, instanceId);
      return needed;
    });
    if (repair === 'start') await this.#recovery.start(instanceId);
    else if (repair === 'stop' || repair === 'delete') await runner.run(instanceId, repair, { recovery: true });
    else if (repair === 'retry-key') await this.#keyWatch.retryWhenDue(instanceId);
    else if (repair === 'exited') await this.#noticeExit(instanceId);
  }

  async #endProcess(instance: Instance | undefined, instanceId: string): Promise<void> {
    await this.#ports.routes.remove(instanceId);
    await this.#ports.launcher.stop(instanceId);
    await this.#ports.accessTokens.delete(accessTokenSecretName(instanceId));
    if (instance?.runtime) await this.#ports.instances.update(instanceId, { runtime: null }, instance.version);
  }

  /** An exit whose notice was lost, or of a process that a former platform had launched. */
  async #noticeExit(instanceId: string): Promise<void> {
    const runtime = (await this.#ports.instances.findById(instanceId))?.runtime;
    if (runtime) await this.#recovery.onExit({ instanceId, ref: runtime.ref, reason: 'ended without notice' });
  }
}
