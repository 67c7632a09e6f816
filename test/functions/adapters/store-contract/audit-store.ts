import { describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import type { AuditEntry } from '../../../../functions/ports.ts';
import { givenWorkspace, noon } from './fixtures.ts';
import { newestFirstInPages } from './newest-first-in-pages.ts';
import { type OpenStores, useStores } from './stores.ts';

export function auditStoreContract(open: OpenStores): void {
  describe('audit store', () => {
    const stores = useStores(open);
    const newEntry = (workspaceId: string | null, overrides: Partial<AuditEntry> = {}): AuditEntry => ({
      id: createIdentifier('audit'),
      workspaceId,
      time: noon,
      actor: 'system',
      action: 'instance.create',
      target: null,
      address: '127.0.0.1',
      outcome: 'success',
      details: { name: 'n8n', copies: 2, first: true, size: null },
      ...overrides,
    });

    it('lists the entries of one workspace, as they came', async () => {
      const [workspaceId, stranger] = [await givenWorkspace(stores()), await givenWorkspace(stores())];
      const entry = newEntry(workspaceId);
      for (const each of [entry, newEntry(stranger), newEntry(null)]) await stores().audit.append(each);
      expect(await stores().audit.list(workspaceId, {}, { limit: 10 })).toEqual({ items: [entry], nextCursor: null });
    });

    it('filters by action and target', async () => {
      const workspaceId = await givenWorkspace(stores());
      const entries = [
        newEntry(workspaceId, { action: 'key.create', target: 'key_1' }),
        newEntry(workspaceId, { action: 'key.delete', target: 'key_1' }),
        newEntry(workspaceId, { action: 'key.create', target: 'key_2' }),
      ];
      for (const entry of entries) await stores().audit.append(entry);
      const find = async (filter: { action?: string; target?: string }) =>
        (await stores().audit.list(workspaceId, filter, { limit: 10 })).items.map(({ id }) => id).sort();
      const ids = (...indices: number[]) => indices.map((index) => entries[index]?.id).sort();
      expect(await find({ action: 'key.create' })).toEqual(ids(0, 2));
      expect(await find({ target: 'key_1' })).toEqual(ids(0, 1));
      expect(await find({ action: 'key.create', target: 'key_1' })).toEqual(ids(0));
    });

    newestFirstInPages(async (times) => {
      const workspaceId = await givenWorkspace(stores());
      const entries = times.map((time) => newEntry(workspaceId, { time }));
      for (const entry of entries) await stores().audit.append(entry);
      return { ids: entries.map(({ id }) => id), readPage: (page) => stores().audit.list(workspaceId, {}, page) };
    });
  });
}
