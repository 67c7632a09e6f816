/** Does a job again and again: the pause counts from the end of one run to the beginning of the next, so runs never overlap. */
export class RecurringJob {
  readonly #job: () => Promise<unknown>;
  readonly #pauseMilliseconds: () => number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #stopped = false;

  /** The job must not reject. A pause that changes is a function, asked before each one. */
  constructor(pauseMilliseconds: number | (() => number), job: () => Promise<unknown>) {
    this.#pauseMilliseconds = typeof pauseMilliseconds === 'number' ? () => pauseMilliseconds : pauseMilliseconds;
    this.#job = job;
  }

  /** Begins with a pause. */
  start(): void {
    this.#timer = setTimeout(() => {
      this.#running = this.#job().finally(() => {
        if (!this.#stopped) this.start();
      });
    }, this.#pauseMilliseconds());
    this.#timer.unref();
  }

  /** Resolves when a run under way has ended; there is no further one. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }
}
