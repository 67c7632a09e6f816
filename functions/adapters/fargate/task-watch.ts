import { setTimeout as pause } from 'node:timers/promises';
import type { InstanceTask, InstanceTaskLedger } from '../../ports.ts';
import { LaunchFailed } from '../../ports.ts';
import { taskEnded } from './failure-words.ts';
import type { FargateTimes } from './settings.ts';
import { addressOf, isRunning } from './task-identity.ts';
import type { Tasks } from './tasks.ts';

/**
 * Watches a task that starts. What is written down about it is read often, for an event may have told of the task in the meantime, or
 * somebody may want its end; ECS is asked seldom, because thousands of launches share what it allows.
 */
export class TaskWatch {
  readonly #tasks: Tasks;
  readonly #ledger: InstanceTaskLedger;
  readonly #times: FargateTimes;
  readonly #task: InstanceTask & { ref: string };
  readonly #deadline: number;
  #askAt: number;
  #askPause: number;

  /** @param deadline Of the launch, as `performance.now()` counts. */
  constructor(
    parts: { tasks: Tasks; ledger: InstanceTaskLedger; times: FargateTimes },
    task: InstanceTask & { ref: string },
    deadline: number,
  ) {
    this.#tasks = parts.tasks;
    this.#ledger = parts.ledger;
    this.#times = parts.times;
    this.#task = task;
    this.#deadline = deadline;
    this.#askPause = parts.times.describePause;
    this.#askAt = performance.now() + this.#askPause;
  }

  /** Resolves with the address once the container runs. Rejects as {@link step} does. */
  async untilRunning(): Promise<string> {
    for (;;) {
      const address = await this.step();
      if (address !== undefined) return address;
    }
  }

  /**
   * Waits a moment and answers the address where it is known by then.
   * @throws LaunchFailed where the task ended, took too long, or where somebody wants its end.
   */
  async step(): Promise<string | undefined> {
    const { launchDeadline, ledgerPause, longestDescribePause } = this.#times;
    await pause(ledgerPause * (0.75 + Math.random() / 4));
    const present = await this.#ledger.read(this.#task);
    if (present?.id !== this.#task.id || present.state === 'ending') throw stoppedMeanwhile();
    if (performance.now() > this.#deadline) {
      throw new LaunchFailed(`The instance was not ready after ${Math.round(launchDeadline / 1000)} seconds.`);
    }
    if (performance.now() < this.#askAt) return present.address ?? undefined;
    this.#askAt = performance.now() + this.#askPause;
    this.#askPause = Math.min(this.#askPause * 1.5, longestDescribePause);
    return this.#ask();
  }

  async #ask(): Promise<string | undefined> {
    const task = await this.#tasks.find(this.#task.ref);
    // One that was started a moment ago need not be known yet; one that is never known ends with the deadline.
    if (task === undefined) return undefined;
    if (task.desiredStatus === 'STOPPED') throw taskEnded(task);
    return isRunning(task) ? addressOf(task) : undefined;
  }
}

export function stoppedMeanwhile(): LaunchFailed {
  return new LaunchFailed('The instance was stopped while it started.');
}
