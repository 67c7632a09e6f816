import { setTimeout as pause } from 'node:timers/promises';
import type { OpenExchange, OpenExchanges } from './open-exchanges.ts';
import { refusals } from './refusal.ts';

/** What a router still lets in: everything; no streams, because its own are being closed; nothing. */
export type DrainPhase = 'open' | 'no new streams' | 'closed';

const tickMs = 20;
/** A few clients that come back together hurt nobody: the closing takes this much for each stream at most. */
const pausePerStreamMs = 100;
/** Part of the time in which streams are closed and new calls let in at most; what is left is for calls that came late. */
const longestSpreadShare = 0.75;
/** What is left for them at least, in milliseconds, where the deadline is long enough to promise as much. */
const leastLeftMs = 2_000;
/** Part of a shorter time. */
const shortSpreadShare = 0.87;

/**
 * Ends what a router holds open without hurting anybody: streams are closed one by one, evenly spread over some time, so that their
 * clients do not all come back in the same moment; calls go on while there are streams, and those under way are finished.
 */
export class Drain {
  readonly #open: Pick<OpenExchanges, 'all' | 'count'>;
  readonly #spreadMs: number;
  #phase: DrainPhase = 'open';

  /** @param spreadMs Over how long streams are closed, where the deadline allows. */
  constructor(open: Pick<OpenExchanges, 'all' | 'count'>, spreadMs: number) {
    this.#open = open;
    this.#spreadMs = spreadMs;
  }

  get phase(): DrainPhase {
    return this.#phase;
  }

  /** Resolves when nothing is open any more; what still is when the time is up is cut. */
  async run(milliseconds: number): Promise<void> {
    const startedAt = performance.now();
    const deadline = startedAt + milliseconds;
    this.#phase = 'no new streams';
    let streams = this.#open.all().filter((exchange) => exchange.isStanding);
    const count = streams.length;
    const spreadMs = Math.min(this.#spreadMs, longestSpread(milliseconds), count * pausePerStreamMs);
    while (streams.length > 0 && performance.now() < deadline) {
      const elapsed = performance.now() - startedAt;
      // The first one goes at once.
      const due = elapsed >= spreadMs ? count : Math.floor((count * elapsed) / spreadMs) + 1;
      streams = closeSome(streams, due - (count - streams.length));
      // Those that still owe an answer when all the others are gone are waited for as calls are.
      if (streams.length > 0 && elapsed >= spreadMs) break;
      if (streams.length > 0) await pause(Math.min(tickMs, spreadMs / count + 1));
    }
    this.#phase = 'closed';
    while (this.#open.count > 0 && performance.now() < deadline) {
      for (const exchange of this.#open.all()) if (!exchange.owesAnswer) exchange.close(refusals.closing, true);
      if (this.#open.count > 0) await pause(Math.max(1, Math.min(tickMs, deadline - performance.now())));
    }
    for (const exchange of this.#open.all()) {
      exchange.close(exchange.owesAnswer ? refusals.closingUnanswered : refusals.closing, true);
    }
  }
}

function longestSpread(milliseconds: number): number {
  if (milliseconds < 2 * leastLeftMs) return milliseconds * shortSpreadShare;
  return Math.min(milliseconds * longestSpreadShare, milliseconds - leastLeftMs);
}

/** Closes the first so many that owe nobody an answer. Answers those that are left. */
function closeSome(streams: OpenExchange[], most: number): OpenExchange[] {
  let closed = 0;
  return streams.filter((stream) => {
    if (closed >= most || stream.owesAnswer) return true;
    closed += 1;
    stream.close(refusals.closing, true);
    return false;
  });
}
