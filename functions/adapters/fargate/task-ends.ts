import { setTimeout as pause } from 'node:timers/promises';
import type { InstanceTask, InstanceTaskLedger } from '../../ports.ts';
import type { FargateTimes } from './settings.ts';
import { isOver } from './task-identity.ts';
import type { Tasks } from './tasks.ts';

/** How long a task may take at least until ECS says that it ends: usually some seconds. */
const leastPatienceMilliseconds = 15_000;

/** Ends tasks so that none is forgotten, whoever started them and however far they came. */
export class TaskEnds {
  readonly #tasks: Tasks;
  readonly #ledger: InstanceTaskLedger;
  readonly #times: FargateTimes;

  constructor(tasks: Tasks, ledger: InstanceTaskLedger, times: FargateTimes) {
    this.#tasks = tasks;
    this.#ledger = ledger;
    this.#times = times;
  }

  /**
   * Ends the task of a place and frees the place. From the first step on nobody else takes it for running: a launch that is under way
   * in another program sees it, gives up, and ends what its request may yet start. Rejects where the end cannot be confirmed; the place
   * then stays taken, and the end is to be asked for again.
   */
  async end(task: InstanceTask, graceMilliseconds: number): Promise<void> {
    // Nothing was asked for, and nothing can be any more.
    if (await this.#ledger.release(task, ['planned'])) return;
    await this.#ledger.change(task, ['starting', 'running'], { state: 'ending' });
    const ref = await this.#refOf(task);
    if (ref !== undefined) await this.stop(ref, graceMilliseconds, Date.parse(task.startedAt));
    await this.#ledger.release(task);
  }

  /**
   * Asks for the end of a task and waits until it is on its way there. Fargate gives its container the time that the task definition says
   * before it is killed, no less and no more, whatever the grace: it only bounds the waiting.
   * @param startedAt When it was asked for, in milliseconds since 1970: ECS may not know a young task yet.
   */
  async stop(ref: string, graceMilliseconds: number, startedAt = 0): Promise<void> {
    const deadline = Date.now() + Math.max(graceMilliseconds, leastPatienceMilliseconds);
    const mayBeUnknown = () => Date.now() - startedAt < this.#times.settle;
    let length = this.#times.describePause / 4;
    let isAsked = false;
    for (;;) {
      isAsked ||= await this.#tasks.stop(ref);
      if (!isAsked && !mayBeUnknown()) return;
      const task = isAsked ? await this.#tasks.find(ref) : undefined;
      if (task === undefined ? isAsked && !mayBeUnknown() : isOver(task)) return;
      if (Date.now() > deadline) throw new Error(`The task ${ref} does not end.`);
      await pause(length * (0.5 + Math.random() / 2));
      length = Math.min(length * 1.5, this.#times.longestDescribePause);
    }
  }

  /** What was started for the place; `undefined` where nothing was, as far as ECS shows after the time it may take to show it. */
  async #refOf(task: InstanceTask): Promise<string | undefined> {
    const settledAt = Date.parse(task.startedAt) + this.#times.settle;
    const { id, instanceId, replica } = task;
    for (let length = this.#times.ledgerPause; ; length *= 1.5) {
      const present = await this.#ledger.read(task);
      // Whoever started it has ended it.
      if (present?.id !== id) return undefined;
      if (present.ref !== null) return present.ref;
      const [found] = await this.#tasks.list({ origin: { id, place: { instanceId, replica } } });
      if (found !== undefined) return found;
      if (Date.now() > settledAt) return undefined;
      await pause(Math.min(length, this.#times.longestDescribePause));
    }
  }
}
