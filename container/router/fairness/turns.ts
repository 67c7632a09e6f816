import { TokenBucket } from './token-bucket.ts';

export interface TurnsOptions {
  /** How much of one kind is done in one turn of the event loop. */
  perTurn: number;
  /** How much of one kind is done in a second, over any longer time. */
  perSecond: number;
  /** How much of one kind may be done at once after a pause. */
  atOnce: number;
  /** How much of one kind may wait. */
  maxWaiting: number;
  /** Milliseconds of a clock that only goes forward. */
  now?: () => number;
}

interface Kind {
  doneInTurn: number;
  readonly waiting: (() => void)[];
  readonly pace: TokenBucket;
}

/** Between two looks at kinds that keep to their pace, in milliseconds. */
const paceCheckMs = 5;

/**
 * Takes work of many kinds in turns: in one turn of the event loop, and in one second, each kind gets so much done, and what is more
 * waits, so that everybody else is served in between. Where there is little to do, it is done at once.
 */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #now: () => number;
  readonly #kinds = new Map<string, Kind>();
  #isTurnPlanned = false;

  constructor(options: TurnsOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Does the work now or in its turn, in the order in which it came. Answers whether there was room for it. */
  take(kind: string, work: () => void): boolean {
    const { perTurn, maxWaiting } = this.#options;
    const entry = this.#kindOf(kind);
    if (entry.doneInTurn < perTurn && entry.waiting.length === 0 && entry.pace.has(1, this.#now())) {
      entry.doneInTurn += 1;
      entry.pace.take(1);
      this.#planTurn();
      work();
      return true;
    }
    if (entry.waiting.length >= maxWaiting) return false;
    entry.waiting.push(work);
    this.#planTurn();
    return true;
  }

  /** Work that waits for its turn. */
  get waiting(): number {
    let count = 0;
    for (const { waiting } of this.#kinds.values()) count += waiting.length;
    return count;
  }

  #kindOf(kind: string): Kind {
    let entry = this.#kinds.get(kind);
    if (entry === undefined) {
      const { perSecond, atOnce } = this.#options;
      entry = { doneInTurn: 0, waiting: [], pace: new TokenBucket(perSecond, atOnce, this.#now()) };
      this.#kinds.set(kind, entry);
    }
    return entry;
  }

  #planTurn(): void {
    if (this.#isTurnPlanned) return;
    this.#isTurnPlanned = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#isTurnPlanned = false;
    const due: (() => void)[] = [];
    const now = this.#now();
    let isMoreReady = false;
    for (const [name, kind] of this.#kinds) {
      kind.doneInTurn = 0;
      while (kind.waiting.length > 0 && kind.doneInTurn < this.#options.perTurn && kind.pace.has(1, now)) {
        kind.doneInTurn += 1;
        kind.pace.take(1);
        due.push(...kind.waiting.splice(0, 1));
      }
      // One that did nothing for long says no more than a new one.
      if (kind.waiting.length === 0 && kind.doneInTurn === 0 && kind.pace.isFull(now)) this.#kinds.delete(name);
      else if (kind.doneInTurn > 0) isMoreReady = true;
    }
    if (isMoreReady) this.#planTurn();
    else if (this.#kinds.size > 0) this.#lookLater();
    for (const work of due) work();
  };

  /** Nothing is due in the next turn: all that wait keep to their pace. */
  #lookLater(): void {
    this.#isTurnPlanned = true;
    // What waits holds its connection, and that keeps the process there for as long as it has to be.
    setTimeout(this.#turn, paceCheckMs).unref();
  }
}
