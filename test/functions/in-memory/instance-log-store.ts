import type { InstanceLogEntry, InstanceLogStore, Page, PageRequest } from '../../../functions/ports.ts';
import { pageOfItems } from './page.ts';

export class InMemoryInstanceLogStore implements InstanceLogStore {
  #entries: InstanceLogEntry[] = [];

  async append(entries: InstanceLogEntry[]): Promise<void> {
    this.#entries.push(...structuredClone(entries));
  }

  async list(
    instanceId: string,
    filter: { level?: string | undefined; tool?: string | undefined; search?: string | undefined },
    page: PageRequest,
  ): Promise<Page<InstanceLogEntry>> {
    const { level, tool, search } = filter;
    return pageOfItems(
      this.#entries.filter(
        (entry) =>
          entry.instanceId === instanceId &&
          (level === undefined || entry.level === level) &&
          (tool === undefined || entry.tool === tool) &&
          (search === undefined || entry.message.toLowerCase().includes(search.toLowerCase())),
      ),
      page,
    );
  }

  async prune(olderThan: string): Promise<number> {
    const kept = this.#entries.filter((entry) => entry.time >= olderThan);
    const gone = this.#entries.length - kept.length;
    this.#entries = kept;
    return gone;
  }
}
