import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import type { UsageRecord } from '../../../../core/usage-record.ts';
import { givenWorkspace } from './fixtures.ts';
import { type OpenStores, useStores } from './stores.ts';

const wholeDay = { from: '2026-11-22T00:00:00.000Z', to: '2026-11-23T00:00:00.000Z' };

const noTraffic = { bytesIn: 0, bytesOut: 0, streamSeconds: 0 };

/** An instance belongs to one workspace. */
const instanceOf = (workspaceId: string) => workspaceId.replace('ws_', 'ins_');

export function usageStoreContract(open: OpenStores): void {
  describe('usage store', () => {
    const stores = useStores(open);
    const newRecord = (workspaceId: string, overrides: Partial<UsageRecord> = {}): UsageRecord => ({
      instanceId: instanceOf(workspaceId),
      workspaceId,
      tool: 'campaigns_get_all',
      minute: '2026-11-22T08:41:00.000Z',
      calls: 3,
      errors: 1,
      ...overrides,
    });
    const newBatch = (records: UsageRecord[]) => ({ batchId: createIdentifier('batch'), records });

    it('answers so many rows at most, the oldest', async () => {
      const workspaceId = await givenWorkspace(stores());
      const minutes = ['2026-11-22T08:03:00.000Z', '2026-11-22T08:01:00.000Z', '2026-11-22T08:02:00.000Z'];
      await stores().usage.apply(newBatch(minutes.map((minute) => newRecord(workspaceId, { minute }))));
      const read = (limit?: number) => stores().usage.read(workspaceId, { ...wholeDay, step: 'minute', limit });
      expect((await read(2)).map(({ time }) => time)).toEqual([minutes[1], minutes[2]]);
      expect(await read()).toHaveLength(3);
    });

    it('adds up the counts of different batches', async () => {
      const workspaceId = await givenWorkspace(stores());
      await stores().usage.apply(newBatch([newRecord(workspaceId), newRecord(workspaceId, { calls: 1, errors: 0 })]));
      await stores().usage.apply(newBatch([newRecord(workspaceId)]));
      await stores().usage.apply(newBatch([]));
      expect(await stores().usage.read(workspaceId, { ...wholeDay, step: 'minute' })).toEqual([
        {
          instanceId: instanceOf(workspaceId),
          tool: 'campaigns_get_all',
          time: '2026-11-22T08:41:00.000Z',
          calls: 7,
          errors: 2,
          ...noTraffic,
        },
      ]);
    });

    it('adds up bytes and seconds of streams, also beyond what 32 bits hold', async () => {
      const workspaceId = await givenWorkspace(stores());
      const traffic = { bytesIn: 1_500_000_000, bytesOut: 3_000_000_000, streamSeconds: 90 };
      await stores().usage.apply(newBatch([newRecord(workspaceId, traffic), newRecord(workspaceId, { bytesIn: 1 })]));
      await stores().usage.apply(newBatch([newRecord(workspaceId, traffic)]));
      const [row] = await stores().usage.read(workspaceId, { ...wholeDay, step: 'hour' });
      expect(row).toMatchObject({ bytesIn: 3_000_000_001, bytesOut: 6_000_000_000, streamSeconds: 180 });
    });

    it('groups by minute, hour or day in UTC, oldest first', async () => {
      const workspaceId = await givenWorkspace(stores());
      const minutes = ['2026-11-22T09:59:00.000Z', '2026-11-22T09:00:00.000Z', '2026-11-22T10:00:00.000Z'];
      await stores().usage.apply(newBatch(minutes.map((minute) => newRecord(workspaceId, { minute }))));
      const times = async (step: 'minute' | 'hour' | 'day') =>
        (await stores().usage.read(workspaceId, { ...wholeDay, step })).map(({ time, calls }) => [time.slice(11, 16), calls]);
      expect(await times('minute')).toEqual([
        ['09:00', 3],
        ['09:59', 3],
        ['10:00', 3],
      ]);
      expect(await times('hour')).toEqual([
        ['09:00', 6],
        ['10:00', 3],
      ]);
      expect(await times('day')).toEqual([['00:00', 9]]);
    });

    it('reads from a time, included, to another, excluded', async () => {
      const workspaceId = await givenWorkspace(stores());
      const minutes = ['2026-11-22T09:00:00.000Z', '2026-11-22T09:01:00.000Z', '2026-11-22T09:02:00.000Z'];
      await stores().usage.apply(newBatch(minutes.map((minute) => newRecord(workspaceId, { minute }))));
      const rows = await stores().usage.read(workspaceId, {
        from: minutes[0] as string,
        to: minutes[2] as string,
        step: 'minute',
      });
      expect(rows.map((row) => row.time)).toEqual(minutes.slice(0, 2));
    });

    it('keeps instances and workspaces apart', async () => {
      const [workspaceId, stranger] = [await givenWorkspace(stores()), await givenWorkspace(stores())];
      const instanceIds = [createIdentifier('instance'), createIdentifier('instance')];
      await stores().usage.apply(newBatch(instanceIds.map((instanceId) => newRecord(workspaceId, { instanceId }))));
      expect(await stores().usage.read(workspaceId, { ...wholeDay, step: 'day' })).toHaveLength(2);
      const one = await stores().usage.read(workspaceId, { ...wholeDay, step: 'day', instanceId: instanceIds[0] });
      expect(one.map((row) => row.instanceId)).toEqual([instanceIds[0]]);
      expect(await stores().usage.read(stranger, { ...wholeDay, step: 'day' })).toEqual([]);
    });

    it('counts calls whatever a client called the tool', async () => {
      const workspaceId = await givenWorkspace(stores());
      const tools = ['a\0b', randomBytes(5000).toString('hex'), '', '\u{1F527} \ud800'];
      await stores().usage.apply(newBatch(tools.map((tool) => newRecord(workspaceId, { tool, calls: 1 }))));
      const rows = await stores().usage.read(workspaceId, { ...wholeDay, step: 'day' });
      expect(rows.map(({ calls }) => calls)).toEqual([1, 1, 1, 1]);
    });

    it('counts every batch once, however often and in whatever order batches arrive at the same time', () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(fc.record({ tool: fc.constantFrom('a', 'b'), calls: fc.nat({ max: 9 }) }), { maxLength: 4 }), {
            maxLength: 4,
          }),
          fc.array(fc.nat(), { maxLength: 8 }),
          async (contents, repeats) => {
            const workspaceId = await givenWorkspace(stores());
            const instanceId = createIdentifier('instance');
            const batches = contents.map((records) =>
              newBatch(records.map((record) => newRecord(workspaceId, { ...record, instanceId, errors: 0 }))),
            );
            const again =
              batches.length === 0 ? [] : repeats.map((index) => batches[index % batches.length] as (typeof batches)[number]);
            await Promise.all([...again, ...batches, ...again].map((batch) => stores().usage.apply(batch)));
            const rows = await stores().usage.read(workspaceId, { ...wholeDay, step: 'day' });
            for (const tool of ['a', 'b']) {
              const expected = contents.flat().reduce((sum, record) => sum + (record.tool === tool ? record.calls : 0), 0);
              expect(rows.find((row) => row.tool === tool)?.calls ?? 0).toBe(expected);
            }
          },
        ),
        { numRuns: 15 },
      ));
  });
}
