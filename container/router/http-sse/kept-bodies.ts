import { SharedMemory } from '../fairness/shared-memory.ts';

/** Memory in bytes. */
export interface KeptBodiesLimits {
  perSession: number;
  inAll: number;
}

/** The memory that messages take which may have to be sent once more, or have not been sent yet: of all sessions of one router. */
export class KeptBodies {
  readonly #limits: KeptBodiesLimits;
  readonly #memory: SharedMemory;

  constructor(limits: KeptBodiesLimits) {
    this.#limits = limits;
    this.#memory = new SharedMemory(limits.inAll);
  }

  get bytes(): number {
    return this.#memory.bytes;
  }

  /** The share of a new session of the workspace. */
  share(workspaceId: string): KeptBodiesShare {
    return new KeptBodiesShare(this.#limits.perSession, this.#memory, workspaceId);
  }
}

/** What one session takes of it. */
export class KeptBodiesShare {
  readonly #most: number;
  readonly #memory: SharedMemory;
  readonly #workspaceId: string;
  #bytes = 0;

  constructor(most: number, memory: SharedMemory, workspaceId: string) {
    this.#most = most;
    this.#memory = memory;
    this.#workspaceId = workspaceId;
  }

  /** Takes room for a body. Answers whether there was any. */
  keep(bytes: number): boolean {
    if (this.#bytes + bytes > this.#most || !this.#memory.take(this.#workspaceId, bytes)) return false;
    this.#bytes += bytes;
    return true;
  }

  release(bytes: number): void {
    if (bytes === 0) return;
    this.#bytes -= bytes;
    this.#memory.give(this.#workspaceId, bytes);
  }
}
