import { KeyedQueue } from '../keyed-queue.ts';
import type { ReportIncident } from './lifecycle-ports.ts';

export interface ExclusiveTurnsPorts {
  /** Takes the turn on an instance; `undefined` where something else has it. Rejects where nobody may take it any more. */
  take(instanceId: string): Promise<string | undefined>;
  release(instanceId: string, name: string): Promise<void>;
  report: ReportIncident;
}

/** Between two tries to get a turn that nobody said was free: what holds it is somebody else's to watch. */
const pauseMilliseconds = 5_000;

/** Runs actions of this process while each has the turn on its instance, one after the other. */
export class ExclusiveTurns {
  readonly #ports: ExclusiveTurnsPorts;
  readonly #queue = new KeyedQueue();
  readonly #held = new Set<string>();
  /** Ends the wait for a turn, by instance; a queue for each instance has at most one that waits. */
  readonly #waiting = new Map<string, () => void>();
  #closed = false;

  constructor(ports: ExclusiveTurnsPorts) {
    this.#ports = ports;
  }

  /** Settles as the action does. Rejects where the turn could not be had. */
  run<Result>(instanceId: string, action: () => Promise<Result>): Promise<Result> {
    return this.#queue.run(instanceId, async () => {
      const name = await this.#await(instanceId);
      this.#held.add(name);
      try {
        return await action();
      } finally {
        this.#held.delete(name);
        await this.#release(instanceId, name);
      }
    });
  }

  /** Whether an action runs or waits. */
  isBusy(instanceId: string): boolean {
    return this.#queue.isBusy(instanceId);
  }

  /** Whether an action has this turn. */
  isHeld(name: string): boolean {
    return this.#held.has(name);
  }

  /** Takes the news that the turn on an instance is free. */
  free(instanceId: string): void {
    this.#waiting.get(instanceId)?.();
  }

  /** Whoever still waits for a turn gets none. Resolves when no action runs, or after so many milliseconds. */
  async close(deadlineMilliseconds: number): Promise<void> {
    this.#closed = true;
    for (const end of this.#waiting.values()) end();
    const { promise: deadline, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, deadlineMilliseconds);
    await Promise.race([this.#queue.idle(), deadline]);
    clearTimeout(timer);
  }

  async #await(instanceId: string): Promise<string> {
    try {
      for (;;) {
        let isFree = false;
        // Before it is asked for: it may be freed before the answer is here.
        this.#waiting.set(instanceId, () => {
          isFree = true;
        });
        const name = await this.#ports.take(instanceId);
        if (name !== undefined) return name;
        if (!isFree && !this.#closed) await this.#pause(instanceId);
      }
    } finally {
      this.#waiting.delete(instanceId);
    }
  }

  #pause(instanceId: string): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(end, pauseMilliseconds);
      this.#waiting.set(instanceId, end);
    });
  }

  async #release(instanceId: string, name: string): Promise<void> {
    try {
      await this.#ports.release(instanceId, name);
    } catch (cause) {
      // The next sweep finds that nobody holds it.
      this.#ports.report({ message: 'A turn could not be given back; tried again.', instanceId, cause });
    }
  }
}
