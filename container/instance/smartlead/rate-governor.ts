import { sleep } from './sleep.ts';
import { SmartleadError } from './smartlead-error.ts';

/** Response headers, names in lower case. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Decides when the next request to Smartlead may leave. One governor serves one API key. */
export interface RateGovernor {
  /**
   * Waits until a request may leave.
   * @param wait.deadline Unix time in milliseconds; where the turn would come later, the call is refused at once.
   * @throws SmartleadError `rate_limit_queue_full` with `retryAfter`, or `cancelled`.
   */
  acquire(wait: { deadline: number; signal: AbortSignal }): Promise<void>;
  /** Learns from an answer: its limits, or that Smartlead wants a pause of so many seconds. */
  observe(answer: { headers: AnswerHeaders; pauseSeconds?: number }): void;
  /** Calls waiting for their turn now. */
  readonly waiting: number;
}

export interface RateLimit {
  perSecond: number;
  perMinute: number;
}

/** What every plan allows. Source: Smartlead's rate limit guide, 60 a minute and 10 a second on the smallest plan, kept below. */
export const safeRateLimit: RateLimit = { perSecond: 5, perMinute: 50 };

/**
 * Reads `off`, or calls per second and minute such as `10/120`; without a text the safe default, which learns.
 * The text is expected to have the form that the configuration schema checks.
 */
export function createRateGovernor(text: string | undefined): RateGovernor {
  if (text === 'off') return unlimited;
  if (text === undefined) return new WindowRateGovernor(safeRateLimit, { learns: true });
  const [perSecond, perMinute] = text.split('/').map(Number) as [number, number];
  return new WindowRateGovernor({ perSecond, perMinute }, { learns: false });
}

const unlimited: RateGovernor = { waiting: 0, acquire: () => Promise.resolve(), observe: () => undefined };

/** Share of an announced limit that is used: the key may have other users. */
const usedShare = 0.85;

/** Longest pause that one answer can cause. A header that asks for more is a mistake, and must not silence an instance for hours. */
const longestPauseMs = 10 * 60_000;

/**
 * Gives every call the earliest free place on one time line, on which no second holds more than `perSecond` and no minute more than
 * `perMinute` calls. So the wait is known at once, the order is first come first served, and nothing polls.
 */
export class WindowRateGovernor implements RateGovernor {
  #limit: RateLimit;
  readonly #learns: boolean;
  /** Times at which calls left or will leave, ascending; as many as the longest window needs. */
  #places: number[] = [];
  #pausedUntil = 0;
  waiting = 0;

  constructor(limit: RateLimit, { learns }: { learns: boolean }) {
    this.#limit = limit;
    this.#learns = learns;
  }

  get limit(): RateLimit {
    return this.#limit;
  }

  async acquire({ deadline, signal }: { deadline: number; signal: AbortSignal }): Promise<void> {
    for (;;) {
      const now = Date.now();
      const place = this.#nextPlace(now);
      if (place > deadline) {
        throw new SmartleadError('rate_limit_queue_full', 'Too many calls are waiting for Smartlead’s rate limit already.', {
          retryAfter: Math.ceil((place - now) / 1000),
        });
      }
      this.#places.push(place);
      if (place <= now) return;
      this.waiting += 1;
      try {
        await sleep(place - now, signal);
      } catch (error) {
        this.#release(place);
        throw error;
      } finally {
        this.waiting -= 1;
      }
      // A pause that began meanwhile holds back whoever has not left yet.
      if (this.#pausedUntil <= Date.now()) return;
      this.#release(place);
    }
  }

  observe({ headers, pauseSeconds }: { headers: AnswerHeaders; pauseSeconds?: number }): void {
    const now = Date.now();
    if (pauseSeconds !== undefined) this.#pause(now, pauseSeconds * 1000);
    const limit = positiveNumber(headers['x-ratelimit-limit']);
    const remaining = positiveNumber(headers['x-ratelimit-remaining']);
    const reset = positiveNumber(headers['x-ratelimit-reset']);
    const untilReset = reset === undefined ? undefined : reset * 1000 - now;
    if (untilReset === undefined || untilReset <= 0 || untilReset > 3_600_000) return;
    if (remaining === 0) this.#pause(now, untilReset);
    // The headers do not name their window. A reset within the minute is taken for the minute's; a longer one is the hour's.
    if (this.#learns && limit !== undefined && limit >= 10 && untilReset > 2_000 && untilReset <= 60_000) {
      const perMinute = Math.floor(limit * usedShare);
      this.#limit = { perMinute, perSecond: Math.max(1, Math.min(20, Math.round(limit / 12))) };
    }
  }

  #pause(now: number, milliseconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, now + Math.min(milliseconds, longestPauseMs));
  }

  #nextPlace(now: number): number {
    const { perSecond, perMinute } = this.#limit;
    const kept = Math.max(perSecond, perMinute);
    if (this.#places.length > 2 * kept) this.#places = this.#places.slice(-kept);
    const afterSecond = this.#places.at(-perSecond);
    const afterMinute = this.#places.at(-perMinute);
    return Math.max(
      now,
      this.#pausedUntil,
      this.#places.at(-1) ?? 0,
      afterSecond === undefined ? 0 : afterSecond + 1_000,
      afterMinute === undefined ? 0 : afterMinute + 60_000,
    );
  }

  #release(place: number): void {
    const index = this.#places.lastIndexOf(place);
    if (index !== -1) this.#places.splice(index, 1);
  }
}

function positiveNumber(header: string | string[] | undefined): number | undefined {
  const value = typeof header === 'string' && header.trim() !== '' ? Number(header) : Number.NaN;
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
