import { SharedMemory } from '../fairness/shared-memory.ts';

/** Bytes that the router holds back because they are of no use before they are complete. */
export interface HoldLimits {
  perAnswer: number;
  inAll: number;
}

/** One piece is held for a moment only, but a slow instance and many of them must not fill the memory. */
export const usualHoldLimits: HoldLimits = { perAnswer: 1024 * 1024, inAll: 64 * 1024 * 1024 };

/** The room for held bytes that all answers of one router share. */
export class HoldRoom {
  readonly #perAnswer: number;
  readonly #memory: SharedMemory;

  constructor(limits: HoldLimits = usualHoldLimits) {
    this.#perAnswer = limits.perAnswer;
    this.#memory = new SharedMemory(limits.inAll);
  }

  get bytes(): number {
    return this.#memory.bytes;
  }

  /** The room for answers to the workspace. */
  of(workspaceId: string): WorkspaceHoldRoom {
    return { memory: this.#memory, perAnswer: this.#perAnswer, workspaceId };
  }
}

/** What one workspace has of the room. */
export interface WorkspaceHoldRoom {
  readonly memory: SharedMemory;
  /** The most that one answer may take, in bytes. */
  readonly perAnswer: number;
  readonly workspaceId: string;
}

/** The bytes held back of one answer. Takes nothing while there are none. */
export class HeldBytes {
  readonly #room: WorkspaceHoldRoom;
  readonly #most: number;
  #chunks: Buffer[] | undefined;
  #size = 0;

  /** @param most How many bytes may be held; what the room allows for one answer where it is missing. */
  constructor(room: WorkspaceHoldRoom, most: number = room.perAnswer) {
    this.#room = room;
    this.#most = most;
  }

  get size(): number {
    return this.#size;
  }

  /** Holds the chunk. Answers whether there was room for it. */
  add(chunk: Buffer): boolean {
    const size = chunk.length;
    if (this.#size + size > this.#most || !this.#room.memory.take(this.#room.workspaceId, size)) return false;
    this.#size += size;
    if (this.#chunks === undefined) this.#chunks = [chunk];
    else this.#chunks.push(chunk);
    return true;
  }

  /** All that was held, which is not held any more then. */
  release(): Buffer[] {
    const chunks = this.#chunks ?? [];
    this.#chunks = undefined;
    if (this.#size > 0) this.#room.memory.give(this.#room.workspaceId, this.#size);
    this.#size = 0;
    return chunks;
  }
}
