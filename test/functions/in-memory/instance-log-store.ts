import { logEntryMatches } from '../../../functions/domain/log-filter.ts';
import type { InstanceLogEntry, InstanceLogFilter, InstanceLogStore, Page, PageRequest } from '../../../functions/ports.ts';
import { pageOfItems } from './page.ts';

export class InMemoryInstanceLogStore implements InstanceLogStore {
  #entries: InstanceLogEntry[] = [];

  async append(entries: InstanceLogEntry[]): Promise<void> {
    this.#entries.push(...structuredClone(entries));
  }

  async list(instanceId: string, filter: InstanceLogFilter, page: PageRequest): Promise<Page<InstanceLogEntry>> {
    return pageOfItems(
      this.#entries.filter((entry) => entry.instanceId === instanceId && logEntryMatches(entry, filter)),
      page,
    );
  }

  async prune(olderThan: string): Promise<number> {
    const kept = this.#entries.filter((entry) => entry.time >= olderThan);
    const gone = this.#entries.length - kept.length;
    this.#entries = kept;
    return gone;
  }

  async trim(instanceId: string, most: { lines: number; bytes: number }): Promise<number> {
    let lines = 0;
    let bytes = 0;
    const kept = new Set<InstanceLogEntry>();
    for (const entry of this.#entries.filter((each) => each.instanceId === instanceId).reverse()) {
      lines += 1;
      bytes += Buffer.byteLength(entry.message) + Buffer.byteLength(entry.arguments ?? '') + 100;
      if (lines > most.lines || bytes > most.bytes) break;
      kept.add(entry);
    }
    const before = this.#entries.length;
    this.#entries = this.#entries.filter((entry) => entry.instanceId !== instanceId || kept.has(entry));
    return before - this.#entries.length;
  }
}
