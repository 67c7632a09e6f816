import type { Clock } from '../ports.ts';

/** How long an operator's word holds: long enough for what takes several passes, too short to be forgotten. In milliseconds. */
const validity = 60 * 60_000;

/**
 * What an operator has confirmed of orphans: that so many of a kind belong to nothing indeed and are to be ended. It is remembered in the
 * process that ends them alone. Where another one takes over, it is to be said again; nothing is ended by mistake then.
 */
export class OrphanConfirmation {
  readonly #clock: Clock;
  #atMost = 0;
  #until = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Takes the place of what was said before.
   * @param atMost Orphans of each kind that may be ended at once.
   * @param at When it was said, ISO 8601 in UTC: it holds for an hour from then, however late it is heard.
   */
  confirm(atMost: number, at: string): void {
    this.#atMost = atMost;
    this.#until = Date.parse(at) + validity;
  }

  /** How many may be ended now; 0 where nobody has confirmed any. */
  get confirmed(): number {
    return this.#clock.now().getTime() < this.#until ? this.#atMost : 0;
  }
}
