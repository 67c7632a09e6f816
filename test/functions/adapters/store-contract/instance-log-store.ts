import { describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import type { InstanceLogEntry } from '../../../../functions/ports.ts';
import { afterNoon, givenInstance, noon } from './fixtures.ts';
import { newestFirstInPages } from './newest-first-in-pages.ts';
import { type OpenStores, useStores } from './stores.ts';

export function instanceLogStoreContract(open: OpenStores): void {
  describe('instance log store', () => {
    const stores = useStores(open);
    const newEntry = (instanceId: string, overrides: Partial<InstanceLogEntry> = {}): InstanceLogEntry => ({
      id: createIdentifier('event'),
      instanceId,
      time: noon,
      level: 'info',
      message: 'called',
      ...overrides,
    });

    it('lists entries as they came, with and without the optional parts', async () => {
      const { id } = await givenInstance(stores());
      const bare = newEntry(id);
      const full = newEntry(id, {
        time: afterNoon(1),
        tool: 'campaigns_get_all',
        durationMs: 12.5,
        outcome: 'ok',
        requestId: 'r-1',
      });
      await stores().instanceLogs.append([bare, full]);
      await stores().instanceLogs.append([]);
      expect((await stores().instanceLogs.list(id, {}, { limit: 10 })).items).toEqual([full, bare]);
    });

    it('filters by level, tool and text, also together', async () => {
      const { id } = await givenInstance(stores());
      const entries = [
        newEntry(id, { level: 'error', tool: 'leads_list', message: 'Smartlead said 100%_no' }),
        newEntry(id, { level: 'error', tool: 'leads_get', message: 'timed out' }),
        newEntry(id, { level: 'info', tool: 'leads_list', message: 'called' }),
      ];
      await stores().instanceLogs.append(entries);
      const find = async (filter: { level?: string; tool?: string; search?: string }) =>
        (await stores().instanceLogs.list(id, filter, { limit: 10 })).items
          .map((entry) => entries.indexOf(entries.find((e) => e.id === entry.id) as InstanceLogEntry))
          .sort();
      expect(await find({ level: 'error' })).toEqual([0, 1]);
      expect(await find({ tool: 'leads_list' })).toEqual([0, 2]);
      expect(await find({ level: 'error', tool: 'leads_list' })).toEqual([0]);
      expect(await find({ search: 'TIMED' })).toEqual([1]);
      expect(await find({ search: '%_' })).toEqual([0]);
      expect(await find({ search: 'a_l' })).toEqual([]);
    });

    it('keeps a line whatever characters are in it', async () => {
      const { id } = await givenInstance(stores());
      await stores().instanceLogs.append([newEntry(id, { message: 'a\0b', tool: 'c\0', outcome: '\ud800', requestId: '\0' })]);
      expect((await stores().instanceLogs.list(id, {}, { limit: 10 })).items).toHaveLength(1);
    });

    it('shows the entries of one instance only', async () => {
      const [one, other] = [await givenInstance(stores()), await givenInstance(stores())];
      await stores().instanceLogs.append([newEntry(one.id), newEntry(other.id)]);
      expect((await stores().instanceLogs.list(one.id, {}, { limit: 10 })).items).toHaveLength(1);
    });

    it('takes a large batch, and one whose instance has gone', async () => {
      const { id } = await givenInstance(stores());
      await stores().instances.delete(id);
      await stores().instanceLogs.append(Array.from({ length: 2500 }, () => newEntry(id)));
    });

    it('prunes what is older than a time', async () => {
      const { id } = await givenInstance(stores());
      const old = '2026-01-01T00:00:00.000Z';
      await stores().instanceLogs.append([newEntry(id, { time: old }), newEntry(id)]);
      expect(await stores().instanceLogs.prune('2026-01-01T00:00:00.001Z')).toBe(1);
      expect((await stores().instanceLogs.list(id, {}, { limit: 10 })).items).toHaveLength(1);
    });

    newestFirstInPages(async (times) => {
      const { id } = await givenInstance(stores());
      const entries = times.map((time) => newEntry(id, { time }));
      await stores().instanceLogs.append(entries);
      return { ids: entries.map((entry) => entry.id), readPage: (page) => stores().instanceLogs.list(id, {}, page) };
    });
  });
}
