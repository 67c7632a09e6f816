import type { InstanceLogEntry, InstanceLogFeed } from '../../../functions/ports.ts';

export class InMemoryInstanceLogFeed implements InstanceLogFeed {
  readonly #listeners = new Set<{ instanceId: string; listener: (entry: InstanceLogEntry) => void }>();

  publish(entries: InstanceLogEntry[]): void {
    for (const entry of entries) {
      for (const { instanceId, listener } of this.#listeners) if (entry.instanceId === instanceId) listener(entry);
    }
  }

  subscribe(instanceId: string, listener: (entry: InstanceLogEntry) => void): () => void {
    const subscription = { instanceId, listener };
    this.#listeners.add(subscription);
    return () => this.#listeners.delete(subscription);
  }

  /** How many listen now. */
  get subscriptions(): number {
    return this.#listeners.size;
  }
}
