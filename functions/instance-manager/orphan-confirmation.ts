import type { Clock } from '../ports.ts';
import { EndedOrphans } from './ended-orphans.ts';

/** How long an operator's word holds: long enough for what takes several passes, too short to be forgotten. In milliseconds. */
const validity = 60 * 60_000;

/**
 * What an operator has confirmed of orphans: that so many of a kind belong to nothing indeed and are to be ended. It is remembered in the
 * process that ends them alone. Where another one takes over, it is to be said again; nothing is ended by mistake then.
 */
export class OrphanConfirmation {
  /** What was ended without it. */
  readonly ended: EndedOrphans;
  readonly #clock: Clock;
  #atMost = 0;
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.ended = new EndedOrphans(clock);
  }

  /**
   * Takes the place of what was said before. Messages may come twice and in another order: what was said earlier changes nothing any more.
   * @param atMost Orphans of each kind that may be ended at once.
   * @param at When it was said, ISO 8601 in UTC: it holds for an hour from then, however late it is heard. A clock that is ahead lets nothing
   *   hold for longer.
   */
  confirm(atMost: number, at: string): void {
    const saidAt = Math.min(Date.parse(at), this.#clock.now().getTime());
    if (saidAt < this.#saidAt) return;
    this.#atMost = atMost;
    this.#saidAt = saidAt;
  }

  /** How many may be ended now; 0 where nobody has confirmed any. */
  get confirmed(): number {
    return this.#clock.now().getTime() < this.#saidAt + validity ? this.#atMost : 0;
  }
}
