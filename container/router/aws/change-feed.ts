import { setTimeout as pause } from 'node:timers/promises';
import { createIdentifier } from '../../../core/identifiers.ts';
import { type Change, changeItemSchema, changesPartition } from '../../../core/platform-table.ts';
import { minuteOf } from '../../../core/usage-record.ts';
import type { PlatformTable } from './platform-table.ts';

export interface ChangeFeedOptions {
  table: Pick<PlatformTable, 'itemsAfter'>;
  /** Told of every change once, in the order of their times as far as that is known. */
  onChange(change: Change): void;
  /** The feed was away for so long that changes may be gone: nothing that is remembered may be relied on any more. */
  onGap(): void;
  reportError(error: unknown): void;
  /** How often it looks, in milliseconds. */
  intervalMs?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/**
 * How far back every look goes. A change is named when its writer begins, and is there when the writer's transaction is done, which
 * may be tried again for some seconds; a writer's clock can be a little behind; and a read may miss what was written a second ago.
 */
const overlapMs = 30_000;
/** How far a writer's clock may be ahead of ours at most. */
const aheadMs = 5_000;
/** How long a gap can be that is caught up with. Changes are kept for ten minutes. */
const longestGapMs = 5 * 60_000;
const minuteMs = 60_000;

/**
 * Follows the changes that the control plane writes (`changeItemSchema`). While the table is away nothing is missed: the next look
 * that succeeds begins where the last one did, unless that is too long ago.
 */
export class ChangeFeed {
  readonly #options: Required<ChangeFeedOptions>;
  readonly #end = new AbortController();
  /** Sort keys of the changes that were told and may be met again. */
  #told = new Set<string>();
  /** Everything that was written before was seen; milliseconds since 1970. */
  #seenUntil: number;
  #hasAnswered = false;
  #isFailing = false;
  #running: Promise<void> | undefined;

  constructor(options: ChangeFeedOptions) {
    this.#options = { intervalMs: 1_000, now: Date.now, ...options };
    this.#seenUntil = this.#options.now();
  }

  /** Whether the table has ever answered. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** Milliseconds since the last look that succeeded began. */
  get ageMs(): number {
    return Math.max(0, this.#options.now() - this.#seenUntil);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when nothing more is told. */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.#running;
  }

  /** Looks once. Rejects where the table cannot be read; the next look then goes back further. */
  async look(): Promise<void> {
    const { table, onGap, now } = this.#options;
    const startedAt = now();
    if (startedAt - this.#seenUntil > longestGapMs) {
      onGap();
      // What is older is known by then: whoever asks now learns of it from the table itself.
      this.#seenUntil = startedAt;
    }
    // Our clock may have been set back, too.
    const from = Math.min(this.#seenUntil, startedAt) - overlapMs;
    const after = createIdentifier('event', from);
    const met = new Set<string>();
    for (let time = startOfMinute(from); time <= startedAt + aheadMs; time += minuteMs) {
      for await (const item of table.itemsAfter(changesPartition(minuteOf(new Date(time))), after)) {
        met.add(item.sk);
        if (!this.#told.has(item.sk)) this.#tell(item);
        this.#told.add(item.sk);
      }
    }
    // What was not met this time is older than the next look goes back, or was not there yet.
    this.#told = met;
    this.#seenUntil = startedAt;
    this.#hasAnswered = true;
    this.#isFailing = false;
  }

  async #run(): Promise<void> {
    const { intervalMs, reportError } = this.#options;
    const { signal } = this.#end;
    while (!signal.aborted) {
      try {
        await this.look();
      } catch (error) {
        // Once for each time that it is away.
        if (!this.#isFailing) reportError(error);
        this.#isFailing = true;
      }
      await pause(intervalMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #tell(item: Record<string, unknown>): void {
    const { onChange, reportError } = this.#options;
    const change = changeItemSchema.safeParse(item);
    try {
      if (change.success) onChange(change.data);
      else reportError(new Error('a change in the table is of a kind that this version does not know; it is left out'));
    } catch (error) {
      reportError(error);
    }
  }
}

function startOfMinute(time: number): number {
  return Math.floor(time / minuteMs) * minuteMs;
}
