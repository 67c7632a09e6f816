/** Bytes that the router holds back because they are of no use before they are complete. */
export interface HoldLimits {
  perAnswer: number;
  inAll: number;
}

/** One piece is held for a moment only, but a slow instance and many of them must not fill the memory. */
export const usualHoldLimits: HoldLimits = { perAnswer: 1024 * 1024, inAll: 64 * 1024 * 1024 };

/** The room for held bytes that all answers of one router share. */
export class HoldRoom {
  readonly limits: HoldLimits;
  #bytes = 0;

  constructor(limits: HoldLimits = usualHoldLimits) {
    this.limits = limits;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes room. Answers whether there was any. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.limits.inAll) return false;
    this.#bytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
  }
}

/** The bytes held back of one answer. Takes nothing while there are none. */
export class HeldBytes {
  readonly #room: HoldRoom;
  readonly #most: number;
  #chunks: Buffer[] | undefined;
  #size = 0;

  /** @param most How many bytes may be held; what the room allows for one answer where it is missing. */
  constructor(room: HoldRoom, most: number = room.limits.perAnswer) {
    this.#room = room;
    this.#most = most;
  }

  get size(): number {
    return this.#size;
  }

  /** Holds the chunk. Answers whether there was room for it. */
  add(chunk: Buffer): boolean {
    const size = chunk.length;
    if (this.#size + size > this.#most || !this.#room.take(size)) return false;
    this.#size += size;
    if (this.#chunks === undefined) this.#chunks = [chunk];
    else this.#chunks.push(chunk);
    return true;
  }

  /** All that was held, which is not held any more then. */
  release(): Buffer[] {
    const chunks = this.#chunks ?? [];
    this.#chunks = undefined;
    this.#room.give(this.#size);
    this.#size = 0;
    return chunks;
  }
}
