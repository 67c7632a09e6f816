/**
 * Lets so many pieces of work of each kind be under way at once; what is more waits, in the order in which it came. A kind that floods
 * its gate keeps nobody else waiting.
 */
export class ConcurrencyGate {
  readonly #maxAtOnce: number;
  readonly #kinds = new Map<string, { underWay: number; waiting: ((leave: () => void) => void)[] }>();

  constructor(maxAtOnce: number) {
    this.#maxAtOnce = maxAtOnce;
  }

  /** Starts the work as soon as there is room, and hands it what it has to call, once, when it has ended. */
  enter(kind: string, start: (leave: () => void) => void): void {
    let gate = this.#kinds.get(kind);
    if (gate === undefined) {
      gate = { underWay: 0, waiting: [] };
      this.#kinds.set(kind, gate);
    }
    if (gate.underWay >= this.#maxAtOnce) {
      gate.waiting.push(start);
      return;
    }
    gate.underWay += 1;
    start(this.#leaveOnce(kind));
  }

  /** How much of the kind is under way. */
  underWay(kind: string): number {
    return this.#kinds.get(kind)?.underWay ?? 0;
  }

  #leaveOnce(kind: string): () => void {
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      this.#leave(kind);
    };
  }

  #leave(kind: string): void {
    const gate = this.#kinds.get(kind);
    if (gate === undefined) return;
    const next = gate.waiting.shift();
    if (next !== undefined) {
      next(this.#leaveOnce(kind));
      return;
    }
    gate.underWay -= 1;
    if (gate.underWay === 0) this.#kinds.delete(kind);
  }
}
