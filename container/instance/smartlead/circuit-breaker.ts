import { SmartleadError } from './smartlead-error.ts';

/** Attempts in a row that must fail before a host counts as down. More than one call's attempts, so no single call decides it. */
const failuresToOpen = 8;
const firstPauseMs = 5_000;
const longestPauseMs = 60_000;

/**
 * Keeps calls away from a host that is down, so that each of them need not find out by itself and add to the load. After a pause one
 * call goes through as a probe: its success opens the way again, its failure doubles the pause.
 */
export class CircuitBreaker {
  readonly #now: () => number;
  #failures = 0;
  #pauseMs = firstPauseMs;
  #closedUntil = 0;
  #probing = false;

  /** @param now Milliseconds; only differences matter. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Says at once where a call would not be let through.
   * @throws SmartleadError `smartlead_unavailable` with `retryAfter`
   */
  check(): void {
    if (this.#failures < failuresToOpen) return;
    const left = this.#closedUntil - this.#now();
    if (left <= 0 && !this.#probing) return;
    const retryAfter = Math.max(1, Math.ceil(left / 1000));
    throw new SmartleadError(
      'smartlead_unavailable',
      `Smartlead has failed ${this.#failures} times in a row. Nothing was sent; the next attempt is in ${retryAfter} s.`,
      { retryAfter, requestLeft: false },
    );
  }

  /**
   * Lets one request through, whose end must be told by {@link settle}.
   * @returns Whether the request is the probe.
   * @throws SmartleadError see {@link check}
   */
  enter(): boolean {
    this.check();
    if (this.#failures < failuresToOpen) return false;
    this.#probing = true;
    return true;
  }

  /**
   * @param outcome `answered` where the host said something, `down` where it is not there or not well, `untold` where the request
   *   ended without telling.
   */
  settle(probe: boolean, outcome: 'answered' | 'down' | 'untold'): void {
    if (probe) this.#probing = false;
    if (outcome === 'untold') return;
    if (outcome === 'answered') {
      this.#failures = 0;
      this.#pauseMs = firstPauseMs;
      return;
    }
    this.#failures += 1;
    // Requests that were under way when the host went down say nothing new.
    if (!probe && this.#failures !== failuresToOpen) return;
    if (probe) this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2);
    this.#closedUntil = this.#now() + this.#pauseMs;
  }
}
