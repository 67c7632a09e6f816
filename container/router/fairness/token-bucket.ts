/**
 * So many units a second, and after a pause as many at once as the bucket holds. Begins full. Times are milliseconds of a clock that
 * only goes forward.
 */
export class TokenBucket {
  readonly #perMs: number;
  readonly #capacity: number;
  #level: number;
  #filledAt: number;

  /** @param capacity Units that may be taken at once after a pause. */
  constructor(perSecond: number, capacity: number, now: number) {
    this.#perMs = perSecond / 1000;
    this.#capacity = capacity;
    this.#level = capacity;
    this.#filledAt = now;
  }

  /** Whether so many units are there. What is larger than the bucket passes once it is full: it could never pass otherwise. */
  has(units: number, now: number): boolean {
    this.#fill(now);
    return this.#level >= Math.min(units, this.#capacity);
  }

  /** Takes the units, whether or not they are there: what is missing has to be made up for before the next ones. */
  take(units: number): void {
    this.#level -= units;
  }

  /** Whether it holds all it can: then it says no more than a new one. */
  isFull(now: number): boolean {
    this.#fill(now);
    return this.#level >= this.#capacity;
  }

  #fill(now: number): void {
    if (now <= this.#filledAt) return;
    this.#level = Math.min(this.#capacity, this.#level + (now - this.#filledAt) * this.#perMs);
    this.#filledAt = now;
  }
}
