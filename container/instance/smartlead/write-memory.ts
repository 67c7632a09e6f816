import type { SmartleadError } from './smartlead-error.ts';

/** How a write ended. */
export type Outcome =
  /** `text` is the JSON of the value; missing where it was too large to be kept. */
  | { kind: 'done'; text: string | undefined }
  | { kind: 'unknown'; message: string }
  /** Refused by Smartlead: nothing was done. */
  | { kind: 'refused'; error: SmartleadError }
  | { kind: 'not_sent' };

/** One write that was made or is being made. */
export interface RememberedWrite {
  /** Unix time in milliseconds. */
  readonly begunAt: number;
  /** When its request began to leave; undefined as long as it has not. */
  readonly sentAt: number | undefined;
  readonly outcome: Promise<Outcome>;
  /** Says how it ended. */
  settle(outcome: Outcome): void;
}

interface Entry extends RememberedWrite {
  readonly key: string;
  readonly idempotent: boolean;
  sentAt: number | undefined;
  /** Number of this write among all that were sent. */
  sequence: number | undefined;
  settled: boolean;
  bytes: number;
}

const rememberedForMs = 10 * 60_000;
/** More writes than the largest plan allows in ten minutes. */
const mostWrites = 2_000;
const mostBytes = 2 * 1024 * 1024;

/**
 * The writes of the last ten minutes by their key. A write that leaves the same state however often it is made is remembered only
 * until another write is sent: start, pause, start must really start the second time.
 */
export class WriteMemory {
  readonly #now: () => number;
  /** In the order in which they began. */
  readonly #entries = new Map<string, Entry>();
  #sequence = 0;
  #bytes = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The write with this key that a new one would repeat. */
  find(key: string): RememberedWrite | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const overtaken = entry.idempotent && entry.sequence !== undefined && entry.sequence !== this.#sequence;
    if (!overtaken && !this.#expired(entry)) return entry;
    this.#forget(entry);
    return undefined;
  }

  /** Notes that a write with this key is about to be made. It takes the place of an earlier one. */
  begin(key: string, idempotent: boolean): RememberedWrite {
    const earlier = this.#entries.get(key);
    if (earlier !== undefined) this.#forget(earlier);
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const entry: Entry = {
      key,
      idempotent,
      begunAt: this.#now(),
      sentAt: undefined,
      sequence: undefined,
      settled: false,
      bytes: 0,
      outcome: promise,
      settle: (outcome) => {
        this.#settled(entry, outcome);
        resolve(outcome);
      },
    };
    this.#entries.set(key, entry);
    this.#makeRoom();
    return entry;
  }

  /** Notes that the request of a write begins to leave. */
  markSent(write: RememberedWrite): void {
    const entry = write as Entry;
    entry.sentAt ??= this.#now();
    this.#sequence += 1;
    entry.sequence = this.#sequence;
  }

  #settled(entry: Entry, outcome: Outcome): void {
    entry.settled = true;
    if (this.#entries.get(entry.key) !== entry) return;
    // To make one again that leaves the same state does no harm, and not every client can say that it means to.
    const mayBeMadeAgain = outcome.kind === 'unknown' && entry.idempotent;
    if (mayBeMadeAgain || outcome.kind === 'refused' || outcome.kind === 'not_sent') {
      this.#forget(entry);
      return;
    }
    entry.bytes = outcome.kind === 'done' ? (outcome.text?.length ?? 0) : outcome.message.length;
    this.#bytes += entry.bytes;
    this.#makeRoom();
  }

  #forget(entry: Entry): void {
    if (this.#entries.get(entry.key) !== entry) return;
    this.#entries.delete(entry.key);
    this.#bytes -= entry.bytes;
  }

  #expired(entry: Entry): boolean {
    return entry.settled && this.#now() - (entry.sentAt ?? entry.begunAt) >= rememberedForMs;
  }

  #makeRoom(): void {
    for (const entry of this.#entries.values()) {
      const crowded = this.#entries.size > mostWrites || this.#bytes > mostBytes;
      if (!crowded && !this.#expired(entry)) break;
      if (entry.settled) this.#forget(entry);
    }
  }
}
