const firstPauseMs = 10;
const longestPauseMs = 1_000;
/** Tries that go on at once: the instance has usually just moved. */
const immediateTries = 2;

/** Spaces out the tries to hand a request to an instance that cannot be reached, up to a deadline. */
export class RetryPause {
  readonly #deadline: number;
  #tries = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param waitMs Milliseconds from now until nothing more is tried. */
  constructor(waitMs: number) {
    this.#deadline = performance.now() + waitMs;
  }

  /** Tries at once or a little later. Answers `false`, and does nothing, where the time is up. */
  before(tryAgain: () => void): boolean {
    if (performance.now() >= this.#deadline) return false;
    this.#tries += 1;
    const further = this.#tries - immediateTries;
    if (further <= 0) tryAgain();
    else this.#timer = setTimeout(tryAgain, Math.min(longestPauseMs, firstPauseMs * 2 ** further));
    return true;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
