import { setTimeout as pause } from 'node:timers/promises';
import type { InstanceTask, InstanceTaskLedger, Runtime, WarmProcess } from '../../ports.ts';
import { assignWarmProcess } from '../warm-pool/assign-warm-process.ts';
import { type TakeWarmProcessParts, takeWarmProcess } from '../warm-pool/take-warm-process.ts';
import { WarmAssignmentFailed } from '../warm-pool/warm-assignment-failed.ts';
import { type ReadWarmPoolKeys, withWarmPoolKeys } from '../warm-pool/warm-pool-keys.ts';
import type { VersionedLaunch } from './cold-start.ts';
import type { FargateTimes } from './settings.ts';
import type { TaskEnds } from './task-ends.ts';
import { instanceTags } from './task-identity.ts';
import { stoppedMeanwhile } from './task-watch.ts';
import type { Tasks } from './tasks.ts';

export interface WarmStartParts {
  times: FargateTimes;
  tasks: Tasks;
  ends: TaskEnds;
  ledger: InstanceTaskLedger;
  warmPool: TakeWarmProcessParts;
  keys: ReadWarmPoolKeys;
  report(failure: { message: string; instanceId?: string; cause: unknown }): void;
}

/** How long a launch waits for its task's tags beyond all else. A function stands still after its answer, so few come later. */
const longestTagWait = 250;

/** Gives an instance a task that waits for a customer. */
export class WarmStart {
  readonly #parts: WarmStartParts;

  constructor(parts: WarmStartParts) {
    this.#parts = parts;
  }

  /**
   * @param plan What is in the instance's place, and is again where this answers `undefined` because the launch has to start cold.
   * @throws LaunchFailed where somebody wants the end of the launch. Nothing is left running then.
   */
  async start(request: VersionedLaunch, plan: InstanceTask): Promise<Runtime | undefined> {
    const { warmPool } = this.#parts;
    const { size, version } = request;
    let runtime: Runtime | undefined;
    let attempted: WarmTask | undefined;
    await takeWarmProcess(warmPool, { version, size }, plan.instanceId, {
      assign: async (warm) => {
        attempted = taskOf(plan, warm, request, warmPool.clock.now());
        runtime = await this.#assign(request, plan, attempted);
      },
      abandon: async () => {
        runtime = undefined;
        if (attempted !== undefined) await this.#abandon(plan, attempted);
        attempted = undefined;
      },
    });
    return runtime;
  }

  async #assign(request: VersionedLaunch, plan: InstanceTask, task: WarmTask): Promise<Runtime> {
    const { ledger, tasks, times, report } = this.#parts;
    const { configuration } = request;
    const { id, ref, address, version } = task;
    const { processes } = configuration;
    if (!(await ledger.exchange(plan, ['planned'], task))) throw stoppedMeanwhile();
    // For people, audits and bills. Whose the task is says the ledger; so a refusal ends nothing, and lists of all tasks make up for it.
    const tagged = tasks.tag(ref, instanceTags(task)).catch((cause: unknown) => {
      report({ message: 'The task of an instance could not be tagged; that is done later.', instanceId: plan.instanceId, cause });
    });
    if (!(await ledger.change(task, ['starting'], { state: 'running' }))) throw stoppedMeanwhile();
    const options = { deadlineMilliseconds: times.assignment };
    const assignment = { configuration, labelLogs: true };
    await withWarmPoolKeys(this.#parts.keys, (keys) => assignWarmProcess({ id, address }, assignment, keys, options));
    await Promise.race([tagged, pause(longestTagWait, undefined, { ref: false })]);
    return { launcher: 'fargate', ref, address, version, ...(processes === undefined ? {} : { processes }) };
  }

  /** Ended here and not by the pool's keeper, who leaves alone what bears an instance's tag. */
  async #abandon(plan: InstanceTask, task: WarmTask): Promise<void> {
    const { ends, ledger } = this.#parts;
    if ((await ledger.read(task))?.id !== task.id) {
      // It never came into the place, or somebody has ended it there: it is of no use to anybody, and may bear no tag.
      await ends.stop(task.ref, 0);
      return;
    }
    const back: InstanceTask = { ...plan, startedAt: task.startedAt };
    await ends.stop(task.ref, 0);
    if (!(await ledger.exchange(task, ['starting', 'running'], back))) await ends.end(task, 0);
  }
}

type WarmTask = InstanceTask & { ref: string; address: string };

function taskOf(
  plan: InstanceTask,
  { id, ref, address }: WarmProcess & { address: string },
  { configuration: { processes } }: VersionedLaunch,
  now: Date,
): WarmTask {
  if (ref === null) throw new WarmAssignmentFailed('unreachable', 'its task is not known');
  const several = processes === undefined ? {} : { processes };
  return { ...plan, ...several, id, state: 'starting', ref, address, startedAt: now.toISOString() };
}
