import type { Clock } from '../../../functions/ports.ts';

/** A clock that stands still until it is moved. */
export class InMemoryClock implements Clock {
  #now: number;

  constructor(now = '2026-11-22T08:00:00.000Z') {
    this.#now = Date.parse(now);
  }

  now(): Date {
    return new Date(this.#now);
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}
