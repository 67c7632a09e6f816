import type { RateLimit } from '../rate-governor.ts';

/** Times at which requests left, in milliseconds of a clock that is never set back: enough of them to know when the next one may. */
export class Departures {
  #times: number[] = [];
  #first = 0;

  add(time: number): void {
    this.#times.push(time);
  }

  /** The time of the n-th last request, n from 1. */
  nthLast(n: number): number | undefined {
    const index = this.#times.length - n;
    return index < this.#first ? undefined : this.#times[index];
  }

  /** How many left after this time. */
  since(time: number): number {
    let low = this.#first;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#times[middle] as number) > time) high = middle;
      else low = middle + 1;
    }
    return this.#times.length - low;
  }

  /** Forgets what left up to this time. Costs next to nothing per request. */
  forget(time: number): void {
    while (this.#first < this.#times.length && (this.#times[this.#first] as number) <= time) this.#first += 1;
    if (this.#first > 64 && this.#first * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#first);
      this.#first = 0;
    }
  }
}

interface Window {
  lengthMs: number;
  limit: number;
}

/** The windows of a limit: in none of these spans may more requests leave than its limit. */
export function windowsOf({ perSecond, perMinute, perHour }: RateLimit): Window[] {
  return [
    { lengthMs: 1_000, limit: perSecond },
    { lengthMs: 60_000, limit: perMinute },
    ...(perHour === undefined ? [] : [{ lengthMs: 3_600_000, limit: perHour }]),
  ];
}

/** Requests that Smartlead will still take until a time. */
export interface Budget {
  left: number;
  /** Milliseconds, on the clock of the departures. */
  until: number;
}

/** What holds requests back. */
export interface Constraints {
  windows: readonly Window[];
  pausedUntil: number;
  budgets: readonly Budget[];
}

/** When the next requests may leave, one after the other, if each leaves as early as it may. */
export class Timetable {
  readonly #departures: Departures;
  readonly #constraints: Constraints;
  /** Times given out already. */
  readonly #given: number[] = [];
  readonly #now: number;

  constructor(departures: Departures, constraints: Constraints, now: number) {
    this.#departures = departures;
    this.#constraints = constraints;
    this.#now = now;
  }

  /** The time of the next request; the same until {@link take} has been called. */
  next(): number {
    const { windows, pausedUntil, budgets } = this.#constraints;
    let time = Math.max(this.#now, pausedUntil, this.#given.at(-1) ?? 0);
    for (const { lengthMs, limit } of windows) {
      const bound = this.#nthLast(limit);
      if (bound !== undefined) time = Math.max(time, bound + lengthMs);
    }
    for (const { left, until } of budgets) if (this.#given.length >= left) time = Math.max(time, until);
    return time;
  }

  take(): void {
    this.#given.push(this.next());
  }

  #nthLast(n: number): number | undefined {
    const given = this.#given.length;
    return n <= given ? this.#given[given - n] : this.#departures.nthLast(n - given);
  }
}
