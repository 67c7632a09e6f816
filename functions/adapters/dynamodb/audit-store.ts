import type { AuditEntry, AuditStore, Page, PageRequest } from '../../ports.ts';
import { createAuditEntryEntity, ownerOf, toAuditEntry } from './entities/audit-entry.ts';
import { readMatches } from './filtered-page.ts';
import { withoutNulls } from './null-attributes.ts';
import { requested } from './request.ts';
import type { PlatformTable } from './table.ts';

/**
 * Append-only in the table, too: an entry is put only where there is none, and the roles of the platform may neither change nor delete
 * items of the partitions `audit#*` (see docs/storage-schema.md).
 */
export class DynamoAuditStore implements AuditStore {
  readonly #entries: ReturnType<typeof createAuditEntryEntity>;

  constructor(table: PlatformTable) {
    this.#entries = createAuditEntryEntity(table);
  }

  /** An entry that is there already, by its time and identifier, stays as it is. */
  async append({ workspaceId, details, ...entry }: AuditEntry): Promise<void> {
    const item = { ...withoutNulls(entry), owner: ownerOf(workspaceId), details: JSON.stringify(details) };
    await requested(() => this.#entries.create(item).go({ response: 'none', returnOnConditionCheckFailure: true }));
  }

  /** A page can be shorter than was asked for, or empty, with a cursor behind it: see {@link readMatches}. */
  list(
    workspaceId: string,
    { action, target }: { action?: string | undefined; target?: string | undefined },
    page: PageRequest,
  ): Promise<Page<AuditEntry>> {
    const isFiltered = action !== undefined || target !== undefined;
    const matches = (entry: AuditEntry) =>
      (action === undefined || entry.action === action) && (target === undefined || entry.target === target);
    return readMatches(
      page,
      { timeOf: (entry) => entry.time, matches: isFiltered ? matches : undefined },
      async (after, limit) => {
        const all = this.#entries.query.primary({ owner: ownerOf(workspaceId) });
        const asked = after === undefined ? all : all.lt(after);
        const { data, cursor } = await requested(() => asked.go({ limit, order: 'desc', consistent: true }));
        return { items: data.map(toAuditEntry), ended: cursor === null };
      },
    );
  }
}
