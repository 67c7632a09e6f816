/**
 * Takes work of many kinds in turns: in one turn of the event loop each kind gets so much done, and what is more waits for the next
 * turn, so that between turns everybody else is served. Where there is little to do, it is done at once.
 */
export class Turns {
  readonly #perTurn: number;
  readonly #maxWaiting: number;
  readonly #kinds = new Map<string, { doneInTurn: number; waiting: (() => void)[] }>();
  #isTurnPlanned = false;

  /** @param maxWaiting How much of one kind may wait. */
  constructor(perTurn: number, maxWaiting: number) {
    this.#perTurn = perTurn;
    this.#maxWaiting = maxWaiting;
  }

  /** Does the work now or in its turn, in the order in which it came. Answers whether there was room for it. */
  take(kind: string, work: () => void): boolean {
    let queue = this.#kinds.get(kind);
    if (queue === undefined) {
      queue = { doneInTurn: 0, waiting: [] };
      this.#kinds.set(kind, queue);
    }
    if (queue.doneInTurn < this.#perTurn && queue.waiting.length === 0) {
      queue.doneInTurn += 1;
      this.#planTurn();
      work();
      return true;
    }
    if (queue.waiting.length >= this.#maxWaiting) return false;
    queue.waiting.push(work);
    return true;
  }

  /** Work that waits for its turn. */
  get waiting(): number {
    let count = 0;
    for (const { waiting } of this.#kinds.values()) count += waiting.length;
    return count;
  }

  #planTurn(): void {
    if (this.#isTurnPlanned) return;
    this.#isTurnPlanned = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#isTurnPlanned = false;
    const due: (() => void)[] = [];
    for (const [kind, queue] of this.#kinds) {
      const taken = queue.waiting.splice(0, this.#perTurn);
      queue.doneInTurn = taken.length;
      if (taken.length === 0) this.#kinds.delete(kind);
      else due.push(...taken);
    }
    if (this.#kinds.size > 0) this.#planTurn();
    for (const work of due) work();
  };
}
