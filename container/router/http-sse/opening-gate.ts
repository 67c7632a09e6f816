/**
 * Lets so many streams be opened at an instance at once; the others wait their turn. A storm of clients so costs an instance a queue
 * here, not thousands of connections that all want to be accepted in the same moment.
 */
export class OpeningGate {
  readonly #most: number;
  readonly #underWay = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Resolves when it is the caller's turn; whoever had it calls {@link leave}. */
  enter(instanceId: string): Promise<void> | undefined {
    const underWay = this.#underWay.get(instanceId) ?? 0;
    if (underWay < this.#most) {
      this.#underWay.set(instanceId, underWay + 1);
      return undefined;
    }
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(instanceId);
      if (waiting === undefined) this.#waiting.set(instanceId, [resolve]);
      else waiting.push(resolve);
    });
  }

  leave(instanceId: string): void {
    const waiting = this.#waiting.get(instanceId);
    const next = waiting?.shift();
    if (waiting?.length === 0) this.#waiting.delete(instanceId);
    if (next !== undefined) {
      next();
      return;
    }
    const underWay = (this.#underWay.get(instanceId) ?? 1) - 1;
    if (underWay === 0) this.#underWay.delete(instanceId);
    else this.#underWay.set(instanceId, underWay);
  }
}
