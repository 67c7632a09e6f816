/** What runs, by instance and replica; the first process of an instance is replica 0. */
export class RunTable<Run> {
  readonly #runs = new Map<string, Map<number, Run>>();

  set(instanceId: string, replica: number, run: Run): void {
    const runs = this.#runs.get(instanceId) ?? new Map<number, Run>();
    this.#runs.set(instanceId, runs.set(replica, run));
  }

  get(instanceId: string, replica: number): Run | undefined {
    return this.#runs.get(instanceId)?.get(replica);
  }

  /** All runs of one instance. */
  of(instanceId: string): Run[] {
    return [...(this.#runs.get(instanceId)?.values() ?? [])];
  }

  delete(instanceId: string, replica: number): void {
    const runs = this.#runs.get(instanceId);
    runs?.delete(replica);
    if (runs?.size === 0) this.#runs.delete(instanceId);
  }

  *all(): Generator<{ instanceId: string; replica: number; run: Run }, void, undefined> {
    for (const [instanceId, runs] of this.#runs) for (const [replica, run] of runs) yield { instanceId, replica, run };
  }
}
