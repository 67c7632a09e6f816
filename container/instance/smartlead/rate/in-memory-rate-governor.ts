import type { AnswerHeaders, RateGovernor, RateGovernorState, RateLimit } from '../rate-governor.ts';
import { SmartleadError } from '../smartlead-error.ts';
import { type Budget, type Constraints, Departures, Timetable, windowsOf } from './departures.ts';
import { FairQueue } from './fair-queue.ts';
import { type AnnouncedLimit, readRateLimitHeaders } from './rate-limit-headers.ts';

interface Waiting {
  readonly session: string;
  /** On the clock that is never set back. */
  readonly deadline: number;
  grant(): void;
  refuse(error: SmartleadError): void;
}

/** Calls that may wait: more of them than a minute takes would only wait in vain. */
const mostWaiting = 512;
const mostWaitingOfOneSession = 256;

/** Share of an announced limit that is used: the key may have other users. */
const usedShare = 0.85;

/** Longest pause that one answer can cause. A header that asks for more is a mistake, and must not silence an instance for hours. */
const longestPauseMs = 10 * 60_000;

const secondMs = 1_000;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/**
 * Keeps the rate of one process. No second, minute or, once it is known, hour holds more requests than the limit; calls that must
 * wait take turns by session; and as the whole timetable is known, a call whose turn would come after its deadline is told at once.
 * One timer, for the next turn, is all that runs. Times are those of a clock that is never set back.
 */
export class InMemoryRateGovernor implements RateGovernor {
  readonly #initial: RateLimit;
  readonly #learns: boolean;
  /** Processes that share the key's limit. Everything announced is for all of them together. */
  readonly #processes: number;
  readonly #departures = new Departures();
  readonly #queue = new FairQueue<Waiting>();
  #limit: RateLimit;
  #windows: Constraints['windows'];
  #pausedUntil = 0;
  #minuteBudget: Budget | undefined;
  #hourBudget: Budget | undefined;
  /** The limit that was read as the minute's, and the one that was read as the hour's. */
  #announced: { minute?: number; hour?: number } = {};
  #timer: NodeJS.Timeout | undefined;

  constructor(limit: RateLimit, { learns, processes = 1 }: { learns: boolean; processes?: number }) {
    this.#processes = processes;
    this.#initial = {
      ...limit,
      perSecond: this.#partOf(limit.perSecond),
      perMinute: this.#partOf(limit.perMinute),
    };
    this.#limit = this.#initial;
    this.#windows = windowsOf(this.#initial);
    this.#learns = learns;
  }

  get limit(): RateLimit {
    return this.#limit;
  }

  async acquire(wait: Parameters<RateGovernor['acquire']>[0]): Promise<void> {
    const { signal, session } = wait;
    const now = performance.now();
    const deadline = now + wait.deadline - Date.now();
    if (signal.aborted) throw cancelledWhileWaiting();
    if (this.#queue.size === 0) {
      const next = this.#timetable(now).next();
      if (next <= now) return this.#depart(now);
      if (next > deadline) throw refused(next - now);
    }
    if (this.#queue.size >= mostWaiting || this.#queue.sizeOf(session) >= mostWaitingOfOneSession) {
      throw refused(this.#lastTurn(now) - now);
    }
    await this.#wait({ deadline, signal, session });
  }

  observe({ headers, pauseSeconds }: { headers: AnswerHeaders; pauseSeconds?: number }): void {
    if (pauseSeconds === undefined && headers['x-ratelimit-reset'] === undefined) return;
    const now = performance.now();
    if (pauseSeconds !== undefined) this.#pause(now, pauseSeconds * 1000);
    const announced = readRateLimitHeaders(headers, Date.now());
    if (announced !== undefined) {
      this.#spendDown(announced, now);
      if (this.#learns) this.#learn(announced);
    }
    if (this.#queue.size > 0) this.#update();
  }

  state(): RateGovernorState {
    const now = performance.now();
    const usedLastMinute = this.#departures.since(now - minuteMs);
    const budgets = this.#constraints(now).budgets.map(({ left }) => left);
    return {
      waiting: this.#queue.size,
      limit: { ...this.#limit, learned: this.#limit !== this.#initial },
      usedLastMinute,
      remaining: Math.max(0, Math.min(this.#limit.perMinute - usedLastMinute, ...budgets)),
      pausedSeconds: Math.max(0, Math.ceil((this.#pausedUntil - now) / 1000)),
    };
  }

  #wait({ deadline, signal, session }: Parameters<RateGovernor['acquire']>[0]): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = () => {
        this.#queue.remove(entry);
        reject(cancelledWhileWaiting());
        this.#setTimer();
      };
      const entry: Waiting = {
        session,
        deadline,
        grant() {
          signal.removeEventListener('abort', cancel);
          resolve();
        },
        refuse(error) {
          signal.removeEventListener('abort', cancel);
          reject(error);
        },
      };
      signal.addEventListener('abort', cancel, { once: true });
      this.#queue.add(entry);
      this.#update();
    });
  }

  /** Lets go whoever may, refuses whoever would wait in vain, and sets the timer for the next turn. */
  #update(): void {
    const now = performance.now();
    while (this.#queue.size > 0 && this.#timetable(now).next() <= now) {
      const entry = this.#queue.shift();
      if (entry === undefined) break;
      if (entry.deadline < now) {
        entry.refuse(refused(0));
        continue;
      }
      this.#depart(now);
      entry.grant();
    }
    this.#refuseHopeless(now);
    this.#setTimer();
  }

  #refuseHopeless(now: number): void {
    const timetable = this.#timetable(now);
    const hopeless: [Waiting, number][] = [];
    this.#queue.walk((entry) => {
      const turn = timetable.next();
      if (turn > entry.deadline) {
        hopeless.push([entry, turn]);
        return false;
      }
      timetable.take();
      return true;
    });
    for (const [entry, turn] of hopeless) {
      this.#queue.remove(entry);
      entry.refuse(refused(turn - now));
    }
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#queue.size === 0) return;
    const now = performance.now();
    this.#timer = setTimeout(() => this.#update(), Math.max(1, Math.ceil(this.#timetable(now).next() - now)));
  }

  /** When a call would have its turn that came after all who wait. */
  #lastTurn(now: number): number {
    const timetable = this.#timetable(now);
    for (let index = 0; index < this.#queue.size; index += 1) timetable.take();
    return timetable.next();
  }

  #depart(now: number): void {
    this.#departures.forget(now - (this.#limit.perHour === undefined ? minuteMs : hourMs));
    this.#departures.add(now);
    if (this.#minuteBudget !== undefined) this.#minuteBudget.left -= 1;
    if (this.#hourBudget !== undefined) this.#hourBudget.left -= 1;
  }

  #timetable(now: number): Timetable {
    return new Timetable(this.#departures, this.#constraints(now), now);
  }

  #constraints(now: number): Constraints {
    if (this.#minuteBudget !== undefined && this.#minuteBudget.until <= now) this.#minuteBudget = undefined;
    if (this.#hourBudget !== undefined && this.#hourBudget.until <= now) this.#hourBudget = undefined;
    const budgets = [this.#minuteBudget, this.#hourBudget].filter((budget) => budget !== undefined);
    return { windows: this.#windows, pausedUntil: this.#pausedUntil, budgets };
  }

  #pause(now: number, milliseconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, now + Math.min(milliseconds, longestPauseMs));
  }

  /** Keeps to what Smartlead says is left. Others may use the key, so their number can fall faster than ours. */
  #spendDown({ remaining, untilResetMs, window }: AnnouncedLimit, now: number): void {
    if (remaining === undefined) return;
    if (remaining === 0) this.#pause(now, untilResetMs);
    if (window === 'second') return;
    const known = window === 'minute' ? this.#minuteBudget : this.#hourBudget;
    const until = now + Math.min(untilResetMs, longestPauseMs);
    // Requests under way are not in the number, but they are in ours.
    const sameWindow = known !== undefined && Math.abs(known.until - until) < secondMs;
    const budget = { left: sameWindow ? Math.min(known.left, remaining) : remaining, until };
    if (window === 'minute') this.#minuteBudget = budget;
    else this.#hourBudget = budget;
  }

  #learn({ limit, window }: AnnouncedLimit): void {
    if (limit === undefined || limit < 10 || window === 'second') return;
    if (window === 'hour') {
      // Less in an hour than any plan allows in a minute is another limit, such as one of a single operation.
      if (limit < this.#initial.perMinute * this.#processes) return;
      // Near its end the hour looks like a minute; whoever took its limit for the minute's sees it now.
      const mistaken = this.#announced.minute === limit;
      this.#announced = {
        hour: limit,
        ...(mistaken || this.#announced.minute === undefined ? {} : { minute: this.#announced.minute }),
      };
      this.#setLimit({ ...(mistaken ? this.#initial : this.#limit), perHour: this.#partOf(limit * usedShare) });
      return;
    }
    if (this.#announced.hour === limit) return;
    this.#announced.minute = limit;
    this.#setLimit({
      ...this.#limit,
      perMinute: this.#partOf(limit * usedShare),
      perSecond: this.#partOf(Math.min(20, Math.round(limit / 12))),
    });
  }

  /** This process's part of a number of calls; at least one, or it could not call at all. */
  #partOf(calls: number): number {
    return Math.max(1, Math.floor(calls / this.#processes));
  }

  #setLimit(limit: RateLimit): void {
    const { perSecond, perMinute, perHour } = this.#limit;
    if (limit.perSecond === perSecond && limit.perMinute === perMinute && limit.perHour === perHour) return;
    this.#limit = limit;
    this.#windows = windowsOf(limit);
  }
}

function refused(waitMs: number): SmartleadError {
  return new SmartleadError('rate_limit_queue_full', 'Too many calls are waiting for Smartlead’s rate limit already.', {
    retryAfter: Math.max(1, Math.ceil(waitMs / 1000)),
  });
}

function cancelledWhileWaiting(): SmartleadError {
  return new SmartleadError('cancelled', 'The call was cancelled while it waited for the rate limit. Nothing was sent.', {
    requestLeft: false,
  });
}
