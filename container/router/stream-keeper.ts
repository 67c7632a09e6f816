import type { Socket } from 'node:net';
import type { RouterMetrics } from './metrics.ts';
import type { RouterTiming } from './options.ts';

/** A stream that is kept alive. */
export interface KeptAlive {
  /**
   * Called every now and then. Sends a comment where the stream was silent for `silenceMs`; cuts off a client that has left bytes
   * unread for `stalledMs`. Answers whether a comment was sent.
   */
  keepAlive(now: number, silenceMs: number, stalledMs: number): boolean;
  /** The client's connection; `null` once it is closed. */
  readonly socket: Socket | null;
}

const maxTickMs = 1_000;
const ticksPerSilence = 15;

/** Keeps silent event streams alive, with one timer for all of them. */
export class StreamKeeper {
  readonly #timer: NodeJS.Timeout;

  constructor(streams: ReadonlySet<Pick<KeptAlive, 'keepAlive'>>, metrics: RouterMetrics, timing: RouterTiming) {
    const tickMs = Math.max(1, Math.min(maxTickMs, timing.keepAliveMs / ticksPerSilence));
    // A comment that is due before the next tick is sent now, so that no silence gets longer than was promised.
    const dueAfterMs = timing.keepAliveMs - tickMs;
    this.#timer = setInterval(() => {
      const now = performance.now();
      for (const stream of streams) if (stream.keepAlive(now, dueAfterMs, timing.stalledReaderMs)) metrics.keepAlives += 1;
    }, tickMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
