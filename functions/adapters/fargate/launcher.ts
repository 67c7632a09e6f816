import type { ECSClient, Task } from '@aws-sdk/client-ecs';
import { createIdentifier } from '../../../core/identifiers.ts';
import { type InstanceLogLine, mostProcesses } from '../../../core/instance-configuration.ts';
import { KeyedQueue } from '../../keyed-queue.ts';
import type {
  Clock,
  InstanceExit,
  InstanceTask,
  InstanceTaskLedger,
  KeySecretLocator,
  Launcher,
  LaunchRequest,
  RunningProcess,
  Runtime,
} from '../../ports.ts';
import type { TakeWarmProcessParts } from '../warm-pool/take-warm-process.ts';
import type { ReadWarmPoolKeys } from '../warm-pool/warm-pool-keys.ts';
import { ColdStart } from './cold-start.ts';
import type { FargateInstanceVersions } from './instance-versions.ts';
import { type CapacityProvider, type FargateSettings, type FargateTimes, usualTimes } from './settings.ts';
import { coldFamily } from './task-definition.ts';
import { TaskDefinitions } from './task-definitions.ts';
import { TaskEnds } from './task-ends.ts';
import { exitFromEvent, type TaskEvent } from './task-events.ts';
import { processOf } from './task-identity.ts';
import { TaskOwners } from './task-owners.ts';
import { Tasks } from './tasks.ts';
import { WarmStart } from './warm-start.ts';
import { WarmTasks } from './warm-tasks.ts';

export interface FargateLauncherParts {
  ecs: ECSClient;
  settings: FargateSettings;
  clock: Clock;
  ledger: InstanceTaskLedger;
  versions: Pick<FargateInstanceVersions, 'current' | 'imageOf' | 'installRelease'>;
  /** What the platform proves itself with to tasks, and they to it. */
  keys: ReadWarmPoolKeys;
  /** Where Smartlead keys lie, for tasks that are started for one instance. */
  keySecrets: KeySecretLocator;
  /** Which capacity a task that is started for this launch takes; Fargate's own where it is missing. */
  capacityOf?(request: LaunchRequest): CapacityProvider | Promise<CapacityProvider>;
  /** The pool that launches take their tasks from; where it is missing, all start cold. */
  warmPool?: TakeWarmProcessParts;
  /** Told of what went wrong and stopped nobody. */
  report(failure: { message: string; instanceId?: string; cause: unknown }): void;
  times?: Partial<FargateTimes>;
}

/** How long a task may take to finish its calls. What it really gets is said in its definition. */
const usualGraceMilliseconds = 30_000;

/**
 * Runs each instance as a task of its own on ECS Fargate, or as several where it has replicas. It remembers nothing that matters: any
 * number of programs may launch and stop at the same time, and each may be killed after any step.
 *
 * A launch takes a task that waits in the pool, or starts one. Both are the same program: a task is started without its customer's
 * configuration, says who it is and is assigned once, over the private network. A task that was started for one instance gets the
 * Smartlead key through the `secrets` of a task definition of its own, from Fargate, and all else by the assignment.
 */
export class FargateLauncher implements Launcher {
  /** Tasks that wait for a customer, for whoever keeps the pool. */
  readonly warmTasks: WarmTasks;
  readonly #parts: FargateLauncherParts;
  readonly #times: FargateTimes;
  readonly #tasks: Tasks;
  readonly #definitions: TaskDefinitions;
  readonly #ends: TaskEnds;
  readonly #owners: TaskOwners;
  readonly #cold: ColdStart;
  readonly #warm: WarmStart | undefined;
  readonly #turns = new KeyedQueue();
  readonly #exitListeners: ((exit: InstanceExit) => void)[] = [];

  constructor(parts: FargateLauncherParts) {
    this.#parts = parts;
    this.#times = { ...usualTimes, ...parts.times };
    this.#tasks = new Tasks(parts.ecs, parts.settings);
    this.#definitions = new TaskDefinitions(parts.ecs);
    this.#ends = new TaskEnds(this.#tasks, parts.ledger, this.#times);
    this.#owners = new TaskOwners({ tasks: this.#tasks, ledger: parts.ledger, times: this.#times });
    const shared = {
      ...parts,
      times: this.#times,
      tasks: this.#tasks,
      definitions: this.#definitions,
      ends: this.#ends,
      owners: this.#owners,
    };
    this.#cold = new ColdStart(shared);
    this.#warm = parts.warmPool === undefined ? undefined : new WarmStart({ ...shared, warmPool: parts.warmPool });
    this.warmTasks = new WarmTasks(shared);
  }

  launch(request: LaunchRequest): Promise<Runtime> {
    const { configuration, replica = 0 } = request;
    const { instanceId } = configuration;
    const deadline = performance.now() + this.#times.launchDeadline;
    return this.#turns.run(turnOf(instanceId, replica), async () => {
      // Right after the first deployment a customer may be quicker than the manager, which installs what the release brings.
      const version = request.version ?? (await this.#parts.versions.current()) ?? (await this.#parts.versions.installRelease());
      const versioned = { ...request, version };
      const now = this.#parts.clock.now();
      const id = createIdentifier('warmProcess', now.getTime());
      const unknown = { ref: null, address: null };
      const plan: InstanceTask = { id, instanceId, replica, state: 'planned', ...unknown, version, startedAt: now.toISOString() };
      // First of all: whoever stops the instance from now on finds that a launch is under way.
      await this.#takePlace(plan);
      return (await this.#warm?.start(versioned, plan)) ?? this.#cold.start(versioned, plan, deadline);
    });
  }

  async stop(instanceId: string, graceMilliseconds = usualGraceMilliseconds): Promise<void> {
    await this.#endAll(await this.#parts.ledger.list(instanceId), graceMilliseconds);
    await this.#endStrays(instanceId, graceMilliseconds);
    for (let replica = 0; replica < mostProcesses; replica += 1) await this.#endInTurn(instanceId, replica, graceMilliseconds);
  }

  async stopReplica(instanceId: string, replica: number, graceMilliseconds = usualGraceMilliseconds): Promise<void> {
    await this.#endPlace(instanceId, replica, graceMilliseconds);
    await this.#endInTurn(instanceId, replica, graceMilliseconds);
  }

  /**
   * Of one instance: what is written down, as ECS describes it now, at the cost of one request. Of all: what ECS lists, which shows a
   * task some seconds after it was started and costs two requests for every hundred tasks; so it may be a moment old. Whose a task is that
   * was assigned and bears no tags yet, is written down.
   */
  async list(instanceId?: string): Promise<RunningProcess[]> {
    const written = instanceId === undefined ? [] : await this.#parts.ledger.list(instanceId);
    const tasks =
      instanceId === undefined ? await this.#tasks.all(this.#times.listAge) : await this.#describeAll(instanceId, written);
    const assigned = new Map(written.filter(({ state }) => state === 'running').map((task) => [task.ref, task]));
    const placeOf = (task: Task) => (instanceId === undefined ? this.#owners.ownerOf(task) : assigned.get(task.taskArn ?? ''));
    const places = await Promise.all(tasks.map(placeOf));
    return tasks
      .map((task, index) => processOf(task, places[index]?.state === 'running' ? places[index] : undefined))
      .filter((process) => process !== undefined)
      .filter((process) => instanceId === undefined || process.instanceId === instanceId)
      .sort((one, other) => (one.replica ?? 0) - (other.replica ?? 0));
  }

  /** Deletes the task definitions of an instance that is being deleted. */
  async forget(instanceId: string): Promise<void> {
    await this.#definitions.deleteFamily(coldFamily(this.#parts.settings, instanceId));
  }

  /** Calls back as {@link FargateLauncher.takeEvent} hears of exits: ECS tells them by events alone. */
  onExit(listener: (exit: InstanceExit) => void): void {
    this.#exitListeners.push(listener);
  }

  /** Never calls back: lines go from the task to CloudWatch Logs, and from there by a subscription to a function that stores them. */
  onLog(_listener: (instanceId: string, line: InstanceLogLine) => void): void {}

  /**
   * Takes what ECS tells of a task (`parseTaskEvent`). Told twice, or in another order, it does the same. To be called by the one program
   * that gets the events.
   */
  async takeEvent(event: TaskEvent): Promise<void> {
    const { ledger } = this.#parts;
    const { id, place } = event.origin;
    const task = (place === undefined ? undefined : await ledger.read(place)) ?? (await ledger.find(id));
    if (task === undefined || task.id !== id) return;
    if (event.kind === 'running') {
      await ledger.change(task, ['starting'], { ref: event.ref, address: event.address });
      return;
    }
    // Whoever asked for the end looks after what is written down, too; and during a launch the launch itself fails and says so.
    if (event.wasAskedFor) return;
    const wasRunning = await ledger.change(task, ['running'], { state: 'ending' });
    if (event.kind === 'ended') await ledger.release(task, ['ending']);
    if (!wasRunning) return;
    const exit = exitFromEvent(task, event);
    for (const listener of this.#exitListeners) listener(exit);
  }

  #describeAll(instanceId: string, written: readonly InstanceTask[]) {
    const refs = written.map(({ ref }) => ref).filter((ref) => ref !== null);
    return this.#tasks.describe([...new Set([...refs, ...this.#seenOf(instanceId)])]);
  }

  /** Tasks that said they were the instance's when all were last listed. */
  #seenOf(instanceId: string): string[] {
    return this.#tasks.lastSeen
      .filter((task) => processOf(task)?.instanceId === instanceId)
      .map(({ taskArn }) => taskArn)
      .filter((ref) => ref !== undefined);
  }

  /** A launch of this program that was waiting for its turn begins when the one before it has ended; it is ended, too. */
  async #endInTurn(instanceId: string, replica: number, graceMilliseconds: number): Promise<void> {
    const turn = turnOf(instanceId, replica);
    if (!this.#turns.isBusy(turn)) return;
    await this.#turns.run(turn, () => this.#endPlace(instanceId, replica, graceMilliseconds));
  }

  async #endPlace(instanceId: string, replica: number, graceMilliseconds: number): Promise<void> {
    const task = await this.#parts.ledger.read({ instanceId, replica });
    if (task !== undefined) await this.#ends.end(task, graceMilliseconds);
  }

  async #endAll(tasks: readonly InstanceTask[], graceMilliseconds: number): Promise<void> {
    await Promise.all(tasks.map((task) => this.#ends.end(task, graceMilliseconds)));
  }

  /** What nothing is written about, such as after the table was restored: by the family of its own, or by its tags. */
  async #endStrays(instanceId: string, graceMilliseconds: number): Promise<void> {
    const listed = await this.#tasks.list({ family: coldFamily(this.#parts.settings, instanceId) });
    const strays = await this.#tasks.describe([...new Set([...listed, ...this.#seenOf(instanceId)])]);
    const running = strays.filter(({ desiredStatus }) => desiredStatus === 'RUNNING');
    await Promise.all(running.map(({ taskArn = '' }) => this.#ends.stop(taskArn, graceMilliseconds)));
  }

  /** Writes down a task in its place; what somebody else put there meanwhile is ended first. */
  async #takePlace(task: InstanceTask): Promise<void> {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (await this.#parts.ledger.claim(task)) return;
      const other = await this.#parts.ledger.read(task);
      if (other !== undefined) await this.#ends.end(other, usualGraceMilliseconds);
    }
    throw new Error('Another launch of the same instance is always faster.');
  }
}

function turnOf(instanceId: string, replica: number): string {
  return `${instanceId}/${replica}`;
}
