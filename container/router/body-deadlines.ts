/** A body that is being received. */
interface Awaited {
  readonly dueAt: number;
  readonly onLate: () => void;
}

/**
 * Says when bodies take too long, with one timer for all: nearly all are complete at once, and a timer each would be a tenth of the
 * cost of a call. All have the same time, so whichever began first is due first.
 */
export class BodyDeadlines {
  readonly #timeoutMs: number;
  readonly #awaited = new Set<Awaited>();
  #timer: NodeJS.Timeout | undefined;

  /** @param timeoutMs Until when a whole body must be there. */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Begins to wait. Whoever is late is told once, unless {@link end} was called with what this answers. */
  begin(onLate: () => void): Awaited {
    const awaited = { dueAt: performance.now() + this.#timeoutMs, onLate };
    this.#awaited.add(awaited);
    this.#timer ??= this.#wait(this.#timeoutMs);
    return awaited;
  }

  end(awaited: Awaited): void {
    this.#awaited.delete(awaited);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(milliseconds: number): NodeJS.Timeout {
    return setTimeout(this.#look, milliseconds).unref();
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    // A timer may come a little before its time.
    const now = performance.now() + 1;
    for (const awaited of this.#awaited) {
      if (awaited.dueAt > now) {
        this.#timer = this.#wait(awaited.dueAt - now + 1);
        return;
      }
      this.#awaited.delete(awaited);
      awaited.onLate();
    }
  };
}
