import type { AuditEntry, AuditStore, Page, PageRequest } from '../../../functions/ports.ts';
import { pageOfItems } from './page.ts';

export class InMemoryAuditStore implements AuditStore {
  readonly entries: AuditEntry[] = [];
  /** What appending fails with. */
  failure: Error | undefined;

  async append(entry: AuditEntry): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    this.entries.push(structuredClone(entry));
  }

  async list(
    workspaceId: string,
    filter: { action?: string | undefined; target?: string | undefined },
    page: PageRequest,
  ): Promise<Page<AuditEntry>> {
    const { action, target } = filter;
    return pageOfItems(
      this.entries.filter(
        (entry) =>
          entry.workspaceId === workspaceId &&
          (action === undefined || entry.action === action) &&
          (target === undefined || entry.target === target),
      ),
      page,
    );
  }
}
