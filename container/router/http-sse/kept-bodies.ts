/** Memory in bytes. */
export interface KeptBodiesLimits {
  perSession: number;
  inAll: number;
}

/** The memory that messages take which may have to be sent once more, or have not been sent yet: of all sessions of one router. */
export class KeptBodies {
  readonly limits: KeptBodiesLimits;
  #bytes = 0;

  constructor(limits: KeptBodiesLimits) {
    this.limits = limits;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The share of a new session. */
  share(): KeptBodiesShare {
    return new KeptBodiesShare(this.limits, (change) => {
      if (change > 0 && this.#bytes + change > this.limits.inAll) return false;
      this.#bytes += change;
      return true;
    });
  }
}

/** What one session takes of it. */
export class KeptBodiesShare {
  readonly #limits: KeptBodiesLimits;
  readonly #take: (change: number) => boolean;
  #bytes = 0;

  constructor(limits: KeptBodiesLimits, take: (change: number) => boolean) {
    this.#limits = limits;
    this.#take = take;
  }

  /** Takes room for a body. Answers whether there was any. */
  keep(bytes: number): boolean {
    if (this.#bytes + bytes > this.#limits.perSession || !this.#take(bytes)) return false;
    this.#bytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#bytes -= bytes;
    this.#take(-bytes);
  }
}
