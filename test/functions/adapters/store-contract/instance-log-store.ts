import { describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import type { InstanceLogEntry, InstanceLogFilter } from '../../../../functions/ports.ts';
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
        arguments: '{"id":7}',
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

    it('filters by outcome, request and time, its end excluded', async () => {
      const { id } = await givenInstance(stores());
      const entries = [0, 1, 2].map((number) =>
        newEntry(id, { time: afterNoon(number), outcome: number === 1 ? 'ok' : 'smartlead_timeout', requestId: `r-${number}` }),
      );
      await stores().instanceLogs.append(entries);
      const find = async (filter: InstanceLogFilter) =>
        (await stores().instanceLogs.list(id, filter, { limit: 10 })).items.map((entry) => entry.requestId);
      expect(await find({ outcome: 'smartlead_timeout' })).toEqual(['r-2', 'r-0']);
      expect(await find({ requestId: 'r-1' })).toEqual(['r-1']);
      expect(await find({ from: afterNoon(1) })).toEqual(['r-2', 'r-1']);
      expect(await find({ from: afterNoon(1), to: afterNoon(2) })).toEqual(['r-1']);
      expect(await find({ requestId: 'r-1', outcome: 'smartlead_timeout' })).toEqual([]);
    });

    it('trims one instance to so many lines, the oldest first, and leaves others alone', async () => {
      const [one, other] = [await givenInstance(stores()), await givenInstance(stores())];
      const entries = Array.from({ length: 10 }, (_, number) => newEntry(one.id, { time: afterNoon(number) }));
      await stores().instanceLogs.append([...entries, newEntry(other.id)]);
      expect(await stores().instanceLogs.trim(one.id, { lines: 10, bytes: 1_000_000 })).toBe(0);
      expect(await stores().instanceLogs.trim(one.id, { lines: 3, bytes: 1_000_000 })).toBe(7);
      const kept = (await stores().instanceLogs.list(one.id, {}, { limit: 10 })).items;
      expect(kept.map(({ id }) => id)).toEqual(
        entries
          .slice(7)
          .reverse()
          .map(({ id }) => id),
      );
      expect((await stores().instanceLogs.list(other.id, {}, { limit: 10 })).items).toHaveLength(1);
    });

    it('trims to so many bytes of messages and arguments', async () => {
      const { id } = await givenInstance(stores());
      const message = 'ü'.repeat(200);
      const entries = Array.from({ length: 6 }, (_, number) =>
        newEntry(id, { time: afterNoon(number), message, arguments: message }),
      );
      await stores().instanceLogs.append(entries);
      // A line takes twice 400 bytes, and a hundred for the rest.
      expect(await stores().instanceLogs.trim(id, { lines: 100, bytes: 2 * 900 })).toBe(4);
      expect(await stores().instanceLogs.trim(id, { lines: 100, bytes: 899 })).toBe(2);
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
