import { recordEvent } from '../domain/event-recording.ts';
import type { Instance, InstanceExit, Route } from '../ports.ts';
import type { CrashRecovery } from './crash-recovery.ts';
import { replaceFirstProcess } from './first-process-replacement.ts';
import { launchProcess } from './process-launch.ts';
import { isSettled, planReplicas } from './replica-plan.ts';
import { withoutAddresses, withReplica } from './replica-route.ts';
import { RestartPolicy } from './restart-policy.ts';
import type { SupervisorPorts } from './supervisor-ports.ts';

/** A replica that died too often is left alone for so long; the instance serves without it. */
const longPause = 60 * 60_000;

/**
 * Runs the processes beside the first one: as many as the instance should have, while it is running. Those that die come back after
 * pauses, those that are no longer wanted go, and when the number changes, each process is replaced in turn, as each keeps to its part
 * of the key's rate limit. The router learns of every change before a process ends, so that no client loses its stream.
 *
 * All work on one instance is done in turn with the operations of its lifecycle, which end all processes together.
 */
export class ReplicaKeeper {
  readonly #ports: SupervisorPorts;
  readonly #recovery: Pick<CrashRecovery, 'start'>;
  readonly #policy: RestartPolicy;
  readonly #asked = new Map<string, Promise<void>>();
  /** The replica that is being launched, by instance. */
  readonly #launching = new Map<string, number>();
  /** When a replica that died may be launched again, by instance and replica. */
  readonly #pauses = new Map<string, NodeJS.Timeout>();
  #stopped = false;

  constructor(ports: SupervisorPorts, recovery: Pick<CrashRecovery, 'start'>, random?: () => number) {
    this.#ports = ports;
    this.#recovery = recovery;
    this.#policy = new RestartPolicy(random);
  }

  /**
   * Brings the processes of an instance to what its row says, as soon as nobody else works on it. Does nothing for one that is not
   * running. Asked again before it began it answers for both. Never rejects.
   */
  keep(instanceId: string): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    const asked = this.#asked.get(instanceId);
    if (asked) return asked;
    const keeping = this.#ports.runner
      .exclusively(instanceId, async () => {
        this.#asked.delete(instanceId);
        return this.#keepInTurn(instanceId);
      })
      .then((isToBeStarted) => (isToBeStarted ? this.#recovery.start(instanceId) : undefined))
      .catch((cause) => {
        this.#ports.report({ message: 'The replicas of an instance could not be looked after.', instanceId, cause });
      });
    this.#asked.set(instanceId, keeping);
    return keeping;
  }

  /** Takes the news that a process ended by itself. The first one of an instance is none of ours. Never rejects. */
  async onExit({ instanceId, replica = 0, reason }: InstanceExit): Promise<void> {
    if (replica === 0 || this.#stopped) return;
    await recordEvent(this.#ports, instanceId, 'replica-exited', `Replica ${replica} of the instance ${reason}.`);
    this.#pause(instanceId, replica);
    await this.keep(instanceId);
  }

  /** Ends a replica that does not answer, if it still is the process that is meant, and brings it back after a pause. Never rejects. */
  async replace(instanceId: string, replica: number, ref: string, reason: string): Promise<void> {
    try {
      await this.#ports.runner.exclusively(instanceId, async () => {
        const process = (await this.#processesOf(instanceId)).find((running) => running.replica === replica);
        if (this.#stopped || process?.runtime.ref !== ref) return;
        await recordEvent(this.#ports, instanceId, 'replica-unhealthy', `Replica ${replica}: ${reason}`);
        await this.#endReplicas(instanceId, [replica]);
        this.#pause(instanceId, replica);
      });
    } catch (cause) {
      this.#ports.report({ message: 'A replica that does not answer could not be replaced.', instanceId, cause });
    }
  }

  /** Whether a replica of the instance waits for its next launch. */
  isWaiting(instanceId: string): boolean {
    for (const name of this.#pauses.keys()) if (name.startsWith(`${instanceId}/`)) return true;
    return false;
  }

  /** Gives up a launch under way, as somebody asked for an operation on the instance. */
  async giveUpLaunch(instanceId: string): Promise<void> {
    const replica = this.#launching.get(instanceId);
    if (replica === undefined) return;
    try {
      await this.#ports.launcher.stopReplica(instanceId, replica, 0);
    } catch (cause) {
      this.#ports.report({ message: 'The launch of a replica could not be given up.', instanceId, cause });
    }
  }

  /** Forgets all instances but these, so that deleted ones cost no memory. */
  retain(instanceIds: ReadonlySet<string>): void {
    for (const [name, timer] of this.#pauses) {
      if (instanceIds.has(name.slice(0, name.indexOf('/')))) continue;
      clearTimeout(timer);
      this.#pauses.delete(name);
    }
    this.#policy.retainWhere((name) => instanceIds.has(name.slice(0, name.indexOf('/'))));
  }

  /** Launches nothing any more; what is being launched is given up. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#pauses.values()) clearTimeout(timer);
    this.#pauses.clear();
    await Promise.all([...this.#launching.keys()].map((instanceId) => this.giveUpLaunch(instanceId)));
  }

  /** Answers whether the instance itself has to be started anew. */
  async #keepInTurn(instanceId: string): Promise<boolean> {
    const serving = await this.#findServing(instanceId);
    if (!serving) return false;
    const plan = planReplicas(serving.instance, await this.#processesOf(instanceId), serving.route);
    if (isSettled(plan)) return false;
    await this.#endReplicas(instanceId, plan.excess);
    let areAllThere = true;
    for (const replica of [...plan.missing, ...plan.outdated]) {
      const isPaused = this.#pauses.has(nameOf(instanceId, replica));
      const outcome = isPaused ? 'failed' : await this.#launchReplica(instanceId, replica);
      if (outcome === 'unwanted') return false;
      areAllThere &&= outcome === 'launched';
    }
    // Not while a replica is missing that could stand in for the first process: it serves, if with too large a part of the limit.
    return plan.isFirstOutdated && areAllThere ? this.#replaceFirst(instanceId) : false;
  }

  /** The instance and its route, as long as it is running, is to run on and nothing is wrong with its first process. */
  async #findServing(instanceId: string): Promise<{ instance: Instance; route: Route } | undefined> {
    if (this.#stopped) return undefined;
    const instance = await this.#ports.instances.findById(instanceId);
    if (instance?.status !== 'running' || instance.desiredState !== 'running' || !instance.runtime) return undefined;
    const route = await this.#ports.routes.get(instanceId);
    return route?.address === instance.runtime.address ? { instance, route } : undefined;
  }

  /** Takes the replicas, and whatever does not run, out of the route, then ends them: in this order, so that nobody is sent there. */
  async #endReplicas(instanceId: string, replicas: readonly number[]): Promise<void> {
    const running = await this.#processesOf(instanceId);
    const staying = new Set(
      running.filter(({ replica = 0 }) => !replicas.includes(replica)).map(({ runtime }) => runtime.address),
    );
    const route = await this.#ports.routes.get(instanceId);
    const going = (route?.replicas ?? []).map(({ address }) => address).filter((address) => !staying.has(address));
    if (route && going.length > 0) await this.#ports.routes.set(withoutAddresses(route, new Set(going)));
    for (const replica of replicas) await this.#ports.launcher.stopReplica(instanceId, replica);
  }

  /** Launches a replica, anew where it runs already. `unwanted` where the instance is not to have it any more. */
  async #launchReplica(instanceId: string, replica: number): Promise<'launched' | 'failed' | 'unwanted'> {
    const before = await this.#findServing(instanceId);
    if (!before) return 'unwanted';
    this.#launching.set(instanceId, replica);
    try {
      await this.#endReplicas(instanceId, [replica]);
      if (this.#stopped) return 'unwanted';
      const { target } = await launchProcess(this.#ports, before.instance, replica);
      const serving = await this.#findServing(instanceId);
      if (!serving) {
        await this.#ports.launcher.stopReplica(instanceId, replica, 0);
        return 'unwanted';
      }
      await this.#ports.routes.set(withReplica(serving.route, target));
      this.#policy.cameUp(nameOf(instanceId, replica), this.#now());
      return 'launched';
    } catch (cause) {
      const isWanted = (await this.#findServing(instanceId)) !== undefined;
      if (!isWanted) return 'unwanted';
      this.#ports.report({ message: `Replica ${replica} could not be launched; it is tried again.`, instanceId, cause });
      this.#pause(instanceId, replica);
      return 'failed';
    } finally {
      this.#launching.delete(instanceId);
    }
  }

  /** Answers whether the instance has to be started anew, as its first process could not be replaced while it served. */
  async #replaceFirst(instanceId: string): Promise<boolean> {
    const serving = await this.#findServing(instanceId);
    if (!serving) return false;
    try {
      return !(await replaceFirstProcess(this.#ports, serving.instance, serving.route));
    } catch (cause) {
      this.#ports.report({ message: 'The first process of an instance could not be replaced.', instanceId, cause });
      return true;
    }
  }

  /** Sets the time of the next launch of a replica that died, or that could not be launched. */
  #pause(instanceId: string, replica: number): void {
    const name = nameOf(instanceId, replica);
    const decision = this.#policy.died(name, this.#now());
    clearTimeout(this.#pauses.get(name));
    if (this.#stopped) return;
    const timer = setTimeout(
      () => {
        this.#pauses.delete(name);
        void this.keep(instanceId);
      },
      decision.restart ? decision.pauseMilliseconds : longPause,
    );
    timer.unref?.();
    this.#pauses.set(name, timer);
  }

  async #processesOf(instanceId: string) {
    return this.#ports.launcher.list(instanceId);
  }

  #now(): number {
    return this.#ports.clock.now().getTime();
  }
}

function nameOf(instanceId: string, replica: number): string {
  return `${instanceId}/${replica}`;
}
