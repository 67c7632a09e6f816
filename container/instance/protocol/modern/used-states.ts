/** Far more questions than anybody answers in the time they can be answered in. */
const mostKept = 1_000;

interface UsedState {
  askedAt: number;
  expiresAt: number;
}

/**
 * Which questions have been answered, so that each answer counts once. Remembered is only what could still be sent again: a state that
 * has expired is refused for that. Where they become too many, all questions as old as the forgotten one count as answered.
 */
export class UsedStates {
  readonly #lifetimeMs: number;
  readonly #now: () => number;
  /** In the order in which they were used. */
  readonly #used = new Map<string, UsedState>();
  #answeredUntil = Number.NEGATIVE_INFINITY;

  /** @param lifetimeMs How long a state can be used after it was made. @param now Unix time in milliseconds. */
  constructor(lifetimeMs: number, now: () => number = Date.now) {
    this.#lifetimeMs = lifetimeMs;
    this.#now = now;
  }

  get size(): number {
    return this.#used.size;
  }

  /** Uses a state up. @param askedAt When it was made, in Unix milliseconds. @returns whether it was unused. */
  use(id: string, askedAt: number): boolean {
    if (askedAt <= this.#answeredUntil || this.#used.has(id)) return false;
    const now = this.#now();
    for (const [known, { askedAt: earlier, expiresAt }] of this.#used) {
      const expired = expiresAt <= now;
      if (!expired && this.#used.size < mostKept) break;
      if (!expired) this.#answeredUntil = Math.max(this.#answeredUntil, earlier);
      this.#used.delete(known);
    }
    // Kept a whole lifetime from its use on: the codec counts in whole seconds, and this must not end before.
    this.#used.set(id, { askedAt, expiresAt: now + this.#lifetimeMs });
    return true;
  }
}
