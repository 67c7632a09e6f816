import type { InstanceLogEntry, InstanceLogFeed } from '../../ports.ts';

type Listener = (entry: InstanceLogEntry) => void;

/** Passes new log entries to listeners of this process. Enough where one process serves the API and runs the instances. */
export class MemoryLogFeed implements InstanceLogFeed {
  readonly #listeners = new Map<string, Set<Listener>>();

  /** Calls the listeners in turn. One that throws keeps the others from nothing. */
  publish(entries: InstanceLogEntry[]): void {
    for (const entry of entries) {
      for (const listener of [...(this.#listeners.get(entry.instanceId) ?? [])]) {
        try {
          listener(entry);
        } catch {
          // A listener stands for one open stream, which notices its own failures.
        }
      }
    }
  }

  subscribe(instanceId: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(instanceId) ?? new Set();
    this.#listeners.set(instanceId, listeners);
    // One object per subscription, so that the same function can be subscribed twice and leave once.
    const subscription: Listener = (entry) => listener(entry);
    listeners.add(subscription);
    return () => {
      listeners.delete(subscription);
      if (listeners.size === 0 && this.#listeners.get(instanceId) === listeners) this.#listeners.delete(instanceId);
    };
  }
}
