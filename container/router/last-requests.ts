/** When each instance was last asked for something other than a ping. Instances that nobody asks any more cost nothing. */
export class LastRequests {
  readonly #times = new Map<string, number>();

  /** A request arrived for the instance. */
  note(instanceId: string): void {
    this.#times.set(instanceId, Date.now());
  }

  /** Milliseconds since 1970; `undefined` where none is known. */
  of(instanceId: string): number | undefined {
    return this.#times.get(instanceId);
  }

  instanceIds(): string[] {
    return [...this.#times.keys()];
  }

  forget(instanceId: string): void {
    this.#times.delete(instanceId);
  }
}
