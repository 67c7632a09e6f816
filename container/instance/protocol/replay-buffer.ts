/** What is kept of streams that may be resumed. */
export interface ReplayLimits {
  /** Events of one session. */
  events: number;
  /** Characters of one session, in all its events. */
  sessionSize: number;
  /** Characters of all sessions of the process together. */
  totalSize: number;
  /** Milliseconds an event is kept, and a stream without a connection can be resumed. */
  keepMs: number;
}

export const usualReplayLimits: ReplayLimits = {
  events: 256,
  sessionSize: 4 * 1024 * 1024,
  totalSize: 16 * 1024 * 1024,
  keepMs: 90_000,
};

interface KeptEvent {
  stream: string;
  number: number;
  data: string;
  at: number;
}

/** What a client has missed: the events after the one it names, in order; or nothing where some of them are not kept any more. */
export type MissedEvents = readonly { id: string; data: string }[] | undefined;

/** The room that the replay buffers of all sessions share. Where it is full, the one that was written least recently gives way. */
export class ReplayRoom {
  readonly limits: ReplayLimits;
  #size = 0;
  /** In the order of last use. */
  readonly #buffers = new Set<ReplayBuffer>();

  constructor(limits: ReplayLimits = usualReplayLimits) {
    this.limits = limits;
  }

  /** Characters that are kept now. */
  get size(): number {
    return this.#size;
  }

  grow(buffer: ReplayBuffer, by: number): void {
    this.#size += by;
    this.#buffers.delete(buffer);
    this.#buffers.add(buffer);
    while (this.#size > this.limits.totalSize) {
      const [oldest] = this.#buffers;
      if (oldest === undefined || !oldest.dropOldest()) return;
    }
  }

  shrink(buffer: ReplayBuffer, by: number): void {
    this.#size -= by;
    if (buffer.isEmpty) this.#buffers.delete(buffer);
  }
}

/**
 * The last events of the streams of one session, so that a client that was cut off gets exactly what it missed. Bounded in number, size
 * and age; all of it is dropped in the order it came.
 */
export class ReplayBuffer {
  readonly #room: ReplayRoom;
  readonly #events: KeptEvent[] = [];
  /** Number of the last event of each stream that can be resumed. */
  readonly #lastNumbers = new Map<string, number>();
  #size = 0;

  constructor(room: ReplayRoom) {
    this.#room = room;
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  /** Whether this stream is known. One that was dropped can not be resumed. */
  knows(stream: string): boolean {
    return this.#lastNumbers.has(stream);
  }

  /** Id of the place after the last event of a stream, which it opens where it is new. */
  position(stream: string): string {
    const number = this.#lastNumbers.get(stream) ?? 0;
    this.#lastNumbers.set(stream, number);
    return eventId(stream, number);
  }

  /** Keeps an event. @returns its id. */
  record(stream: string, data: string): string {
    const number = (this.#lastNumbers.get(stream) ?? 0) + 1;
    this.#lastNumbers.set(stream, number);
    const { events, sessionSize } = this.#room.limits;
    this.#events.push({ stream, number, data, at: Date.now() });
    this.#size += data.length;
    this.#room.grow(this, data.length);
    while (this.#events.length > events || this.#size > sessionSize) this.dropOldest();
    return eventId(stream, number);
  }

  /** The events of a stream after the given one. */
  after(stream: string, number: number): MissedEvents {
    const last = this.#lastNumbers.get(stream);
    if (last === undefined || number > last) return undefined;
    const missed = this.#events.filter((event) => event.stream === stream && event.number > number);
    if (missed.length < last - number) return undefined;
    return missed.map((event) => ({ id: eventId(stream, event.number), data: event.data }));
  }

  /** Forgets a stream and its events. */
  forget(stream: string): void {
    this.#lastNumbers.delete(stream);
    for (let index = this.#events.length - 1; index >= 0; index -= 1) {
      const event = this.#events[index];
      if (event?.stream === stream) this.#remove(index, event);
    }
  }

  /** Drops the oldest event. @returns false where there is none. */
  dropOldest(): boolean {
    const [oldest] = this.#events;
    if (oldest === undefined) return false;
    this.#remove(0, oldest);
    return true;
  }

  /** Drops what is too old. */
  sweep(now: number): void {
    for (let [oldest] = this.#events; oldest !== undefined; [oldest] = this.#events) {
      if (now - oldest.at < this.#room.limits.keepMs) return;
      this.#remove(0, oldest);
    }
  }

  clear(): void {
    while (this.dropOldest());
    this.#lastNumbers.clear();
  }

  #remove(index: number, { data }: KeptEvent): void {
    this.#events.splice(index, 1);
    this.#size -= data.length;
    this.#room.shrink(this, data.length);
  }
}

function eventId(stream: string, number: number): string {
  return `${stream}.${number}`;
}

/** Stream and number out of an event id, or undefined for one that is none of ours. */
export function parseEventId(id: string): { stream: string; number: number } | undefined {
  const [, stream, number] = /^([a-z]{1,10}-\d{1,9})\.(\d{1,9})$/.exec(id) ?? [];
  return stream === undefined || number === undefined ? undefined : { stream, number: Number(number) };
}
