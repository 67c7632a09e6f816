import { findStoredViolations } from '../domain/invariant.ts';
import {
  countOrphans,
  mayEndOrphans,
  type OrphanKind,
  orphanBound,
  orphanedInstances,
  orphanedSecrets,
  secretVersionName,
} from '../domain/orphans.ts';
import type { Instance, Route, RunningProcess } from '../ports.ts';
import type { CrashRecovery } from './crash-recovery.ts';
import { type Everything, readEverything } from './everything.ts';
import type { KeyWatch } from './key-watch.ts';
import { decideRepair, type Observation, type Repair } from './repair-decision.ts';
import type { ReplicaKeeper } from './replica-keeper.ts';
import type { SupervisorPorts } from './supervisor-ports.ts';
import { accessTokenSecretName } from './tasks/access-token-secret.ts';

export interface ReconcilerParts {
  recovery: CrashRecovery;
  keyWatch: KeyWatch;
  replicas: ReplicaKeeper;
}

/**
 * Finds and repairs what a crash, a lost notice or a failed step left behind, in both directions: instances that should run and do
 * not, and processes, routes, secrets and tokens that belong to nothing.
 *
 * A pass reads one list of each kind and judges by it; whatever looks wrong is looked at again, in turn with the operations on its
 * instance, before anything is ended. What could not be repaired is reported and found again by the next pass.
 *
 * Where processes and secrets outlive what they belong to, it ends no more orphans in an hour than crashes leave behind, unless an operator
 * has confirmed them: that nearly everything belongs to nothing is how a wrong, empty or outdated table looks.
 */
export class Reconciler {
  readonly #ports: SupervisorPorts;
  readonly #parts: ReconcilerParts;

  constructor(ports: SupervisorPorts, parts: ReconcilerParts) {
    this.#ports = ports;
    this.#parts = parts;
  }

  /** One pass over everything. Answers the ids of the instances that exist. Rejects where something could not be read. */
  async reconcile(): Promise<Set<string>> {
    const everything = await readEverything(this.#ports);
    const found = observationsOf(everything);
    const existing = new Set<string>();
    for (const instance of everything.instances) {
      existing.add(instance.id);
      if (this.#isLookedAfter(instance.id)) continue;
      const observed = found.get(instance.id) ?? nothing;
      if (decideRepair(instance, observed) !== 'none') this.#repairLater(instance.id, observed.hasAccessToken);
    }
    const { ids, all } = orphanedInstances(found.keys(), existing);
    if (this.#mayEnd('instances', ids, all)) {
      for (const instanceId of ids) this.#repairLater(instanceId, found.get(instanceId)?.hasAccessToken === true);
    }
    await this.#deleteOrphans(everything);
    if (everything.leftovers.length > 0) await this.#endLeftovers();
    return existing;
  }

  #isLookedAfter(instanceId: string): boolean {
    return this.#ports.runner.isBusy(instanceId) || this.#parts.recovery.isScheduled(instanceId);
  }

  /** Not awaited by the pass: one slow stop must not hold up the others. */
  #repairLater(instanceId: string, hasAccessToken: boolean): void {
    this.#repair(instanceId, hasAccessToken).catch((cause) => {
      this.#ports.report({ message: 'An instance could not be repaired; it is tried again.', instanceId, cause });
    });
  }

  async #repair(instanceId: string, hasAccessToken: boolean): Promise<void> {
    const { runner, launcher, instances, routes } = this.#ports;
    const { recovery, keyWatch, replicas } = this.#parts;
    // In turn and with fresh eyes: what looked wrong may have been half of something going on.
    const repair = await runner.exclusively(instanceId, async (): Promise<Repair> => {
      const processes = await launcher.list(instanceId);
      const route = await routes.get(instanceId);
      const instance = await instances.findById(instanceId);
      const needed = instance ? decideRepair(instance, { processes, route, hasAccessToken }) : 'end-process';
      if (needed === 'end-process') await this.#endProcesses(instance, instanceId);
      return needed;
    });
    if (repair === 'start') await recovery.start(instanceId);
    else if (repair === 'stop' || repair === 'delete') await runner.run(instanceId, repair, { recovery: true });
    else if (repair === 'retry-key') await keyWatch.retryWhenDue(instanceId);
    else if (repair === 'exited') await this.#noticeExit(instanceId);
    else if (repair === 'replicas') await replicas.keep(instanceId);
  }

  async #endProcesses(instance: Instance | undefined, instanceId: string): Promise<void> {
    await this.#ports.routes.remove(instanceId);
    await this.#ports.launcher.stop(instanceId);
    await this.#ports.accessTokens.delete(accessTokenSecretName(instanceId));
    if (instance?.runtime) await this.#ports.instances.update(instanceId, { runtime: null }, instance.version);
  }

  /** An exit whose notice was lost, or of a process that a former platform had launched. */
  async #noticeExit(instanceId: string): Promise<void> {
    const runtime = (await this.#ports.instances.findById(instanceId))?.runtime;
    if (runtime) await this.#parts.recovery.onExit({ instanceId, ref: runtime.ref, reason: 'ended without notice' });
  }

  /** The store itself decides again what is an orphan, at the moment it deletes it; here is decided what it is asked to delete. */
  async #deleteOrphans({ instances, stored }: Everything): Promise<void> {
    const now = this.#ports.clock.now().getTime();
    const { replaced, orphans, all } = orphanedSecrets({ now, stored });
    const secrets = this.#mayEnd('sealed keys', orphans.map(secretVersionName), all) ? [...replaced, ...orphans] : replaced;
    const hasTokens = findStoredViolations({ now, instances, stored }).some(({ kind }) => kind === 'token_without_instance');
    if (secrets.length === 0 && !hasTokens) return;
    try {
      await this.#ports.inventory.deleteOrphans(secrets);
    } catch (cause) {
      this.#ports.report({ message: 'Secrets or tokens that belong to nothing could not be deleted; tried again.', cause });
    }
  }

  /** Says so where they are held back. The audit tells operators the same, and how to confirm. */
  #mayEnd(kind: Exclude<OrphanKind, 'warm processes'>, ids: readonly string[], all: number): boolean {
    const { orphanConfirmation, report } = this.#ports;
    if (orphanConfirmation === undefined) return true;
    const { confirmed, ended } = orphanConfirmation;
    const count = countOrphans(ids, all, ended.of(kind));
    if (mayEndOrphans(count, confirmed)) {
      if (confirmed === 0) ended.note(kind, ids);
      return true;
    }
    const before = count.ended === 0 ? '' : `, after ${count.ended} that were ended within the hour,`;
    report({
      message: `${orphansInWords[kind]} are left alone: ${count.orphans} of ${all}${before} are more than are ended by themselves (${orphanBound}).`,
      cause: new Error('The table may be another one, empty or outdated. See the report of the audit: it says how to go on.'),
    });
    return false;
  }

  async #endLeftovers(): Promise<void> {
    try {
      await this.#ports.leftovers?.end();
    } catch (cause) {
      this.#ports.report({ message: 'Processes of an earlier run could not be ended; tried again.', cause });
    }
  }
}

const orphansInWords = {
  instances: 'Processes, routes or tokens of instances that do not exist',
  'sealed keys': 'Sealed keys that no key refers to',
} as const;

const nothing: Observation = { processes: [], route: undefined, hasAccessToken: false };

/** What exists, by the instance it says it belongs to. */
function observationsOf({ processes, routes, accessTokens }: Everything): Map<string, Observation> {
  const found = new Map<string, { processes: RunningProcess[]; route: Route | undefined; hasAccessToken: boolean }>();
  const at = (instanceId: string) => {
    const observation = found.get(instanceId) ?? { processes: [], route: undefined, hasAccessToken: false };
    found.set(instanceId, observation);
    return observation;
  };
  for (const process of processes) at(process.instanceId).processes.push(process);
  for (const route of routes) at(route.instanceId).route = route;
  for (const instanceId of accessTokens) at(instanceId).hasAccessToken = true;
  return found;
}
