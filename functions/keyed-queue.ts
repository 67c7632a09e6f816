/** Runs actions of one key strictly one after another, and those of different keys side by side. */
export class KeyedQueue {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs the action when all earlier ones of the key have ended, however they ended. Settles as the action does. */
  run<Result>(key: string, action: () => Promise<Result>): Promise<Result> {
    const earlier = this.#tails.get(key) ?? Promise.resolve();
    const result = earlier.then(action);
    const tail = result.then(
      () => {},
      () => {},
    );
    this.#tails.set(key, tail);
    tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    return result;
  }

  /** Whether an action of the key runs or waits. */
  isBusy(key: string): boolean {
    return this.#tails.has(key);
  }

  /** Resolves when all actions that were asked for before this call have ended. */
  async idle(): Promise<void> {
    await Promise.all(this.#tails.values());
  }
}
