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
  /** How much of one owner may wait, of each kind. */
  maxWaitingPerOwner: number;
  /** Milliseconds of a clock that only goes forward. */
  now?: () => number;
}

/** What is to be done, for whom. */
export interface Work {
  kind: string;
  owner: string;
  do(): void;
}

/** A place among those that wait. */
export interface Place {
  /** Nobody wants the work done any more: the place is free for another one. */
  leave(): void;
}

interface Kind {
  doneInTurn: number;
  /** In the order in which they came. */
  readonly waiting: Set<Work>;
  readonly waitingOf: Map<string, number>;
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

  /**
   * Does the work now or in its turn, in the order in which it came. Answers its place where it has to wait, and whether it was done or
   * there was no room for it otherwise.
   */
  take(work: Work): 'done' | 'no-room' | Place {
    const { perTurn, maxWaiting, maxWaitingPerOwner } = this.#options;
    const kind = this.#kindOf(work.kind);
    if (kind.doneInTurn < perTurn && kind.waiting.size === 0 && kind.pace.has(1, this.#now())) {
      kind.doneInTurn += 1;
      kind.pace.take(1);
      this.#planTurn();
      work.do();
      return 'done';
    }
    if (kind.waiting.size >= maxWaiting || (kind.waitingOf.get(work.owner) ?? 0) >= maxWaitingPerOwner) return 'no-room';
    kind.waiting.add(work);
    kind.waitingOf.set(work.owner, (kind.waitingOf.get(work.owner) ?? 0) + 1);
    this.#planTurn();
    return { leave: () => remove(kind, work) };
  }

  /** Work that waits for its turn. */
  get waiting(): number {
    let count = 0;
    for (const { waiting } of this.#kinds.values()) count += waiting.size;
    return count;
  }

  #kindOf(name: string): Kind {
    let kind = this.#kinds.get(name);
    if (kind === undefined) {
      const { perSecond, atOnce } = this.#options;
      kind = { doneInTurn: 0, waiting: new Set(), waitingOf: new Map(), pace: new TokenBucket(perSecond, atOnce, this.#now()) };
      this.#kinds.set(name, kind);
    }
    return kind;
  }

  #planTurn(): void {
    if (this.#isTurnPlanned) return;
    this.#isTurnPlanned = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#isTurnPlanned = false;
    const due: Work[] = [];
    const now = this.#now();
    let isMoreReady = false;
    for (const [name, kind] of this.#kinds) {
      kind.doneInTurn = 0;
      for (const work of kind.waiting) {
        if (kind.doneInTurn >= this.#options.perTurn || !kind.pace.has(1, now)) break;
        kind.doneInTurn += 1;
        kind.pace.take(1);
        remove(kind, work);
        due.push(work);
      }
      // One that did nothing for long says no more than a new one.
      if (kind.waiting.size === 0 && kind.doneInTurn === 0 && kind.pace.isFull(now)) this.#kinds.delete(name);
      else if (kind.doneInTurn > 0) isMoreReady = true;
    }
    if (isMoreReady) this.#planTurn();
    else if (this.#kinds.size > 0) this.#lookLater();
    for (const work of due) work.do();
  };

  /** Nothing is due in the next turn: all that wait keep to their pace. */
  #lookLater(): void {
    this.#isTurnPlanned = true;
    // What waits holds its connection, and that keeps the process there for as long as it has to be.
    setTimeout(this.#turn, paceCheckMs).unref();
  }
}

function remove({ waiting, waitingOf }: Kind, work: Work): void {
  if (!waiting.delete(work)) return;
  const left = (waitingOf.get(work.owner) ?? 1) - 1;
  if (left === 0) waitingOf.delete(work.owner);
  else waitingOf.set(work.owner, left);
}
