import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryWarmPool } from '../../../../functions/adapters/memory/warm-pool.ts';
import { type TakeWarmProcessParts, takeWarmProcess } from '../../../../functions/adapters/warm-pool/take-warm-process.ts';
import { WarmAssignmentFailed } from '../../../../functions/adapters/warm-pool/warm-assignment-failed.ts';
import type { WarmPool } from '../../../../functions/ports.ts';

const kind = { version: 'v1', size: 'small' } as const;
const at = '2026-11-22T09:00:00.000Z';
let pool: MemoryWarmPool;
let reports: string[];
let abandoned: string[];
let changes: number;

beforeEach(async () => {
  pool = new MemoryWarmPool();
  reports = [];
  abandoned = [];
  changes = 0;
  for (const id of ['wrm_1', 'wrm_2', 'wrm_3']) {
    const unknown = { ref: null, address: null, instanceId: null };
    await pool.put({ id, ...kind, state: 'starting', ...unknown, createdAt: at, changedAt: at });
    await pool.change(id, 'starting', { state: 'warm', changedAt: at, ref: id, address: `http://${id}` });
  }
});

const parts = (more: Partial<WarmPool> = {}): TakeWarmProcessParts => ({
  clock: { now: () => new Date(at) },
  pool: new Proxy(pool, { get: (target, name) => Reflect.get(more, name) ?? Reflect.get(target, name).bind(target) }),
  report: ({ message }) => reports.push(message),
  changed: () => {
    changes += 1;
  },
});
const take = (assign: (id: string) => Promise<void>, more: Partial<WarmPool> = {}) =>
  takeWarmProcess(parts(more), kind, 'ins_1', {
    assign: ({ id }) => assign(id),
    abandon: async ({ id }) => {
      abandoned.push(id);
    },
  });
const unreachable = () => Promise.reject(new WarmAssignmentFailed('unreachable', 'no answer'));
const states = async () => (await pool.list()).map(({ id, state }) => `${id} ${state}`);

describe('a launch', () => {
  it('takes the process out of the pool that was assigned, counts, and tells that there is one less', async () => {
    expect(await take(async () => undefined)).toMatchObject({ id: 'wrm_1', address: 'http://wrm_1' });
    expect(await states()).toEqual(['wrm_2 warm', 'wrm_3 warm']);
    expect(await pool.readDemand(at)).toMatchObject([{ claimed: 1, missed: 0 }]);
    expect(changes).toBe(1);
  });

  it('tries another one, once, and then starts cold; what failed is to be ended', async () => {
    expect(await take((id) => (id === 'wrm_1' ? unreachable() : Promise.resolve()))).toMatchObject({ id: 'wrm_2' });
    expect(await states()).toEqual(['wrm_1 ending', 'wrm_3 warm']);
    expect([abandoned, reports]).toEqual([['wrm_1'], ['A warm process could not be assigned.']]);
  });

  it('starts cold after two that failed, and counts it', async () => {
    expect(await take(unreachable)).toBeUndefined();
    expect(await states()).toEqual(['wrm_1 ending', 'wrm_2 ending', 'wrm_3 warm']);
    expect(await pool.readDemand(at)).toMatchObject([{ claimed: 0, missed: 1 }]);
  });

  it('is over where something else than the process failed', async () => {
    await expect(take(() => Promise.reject(new Error('it was stopped')))).rejects.toThrow('it was stopped');
    expect(await states()).toEqual(['wrm_1 ending', 'wrm_2 warm', 'wrm_3 warm']);
    expect(abandoned).toEqual(['wrm_1']);
  });

  it('does not keep a process that the keeper has given up meanwhile', async () => {
    const assign = async (id: string) => {
      if (id === 'wrm_1') await pool.change(id, 'claimed', { state: 'ending', changedAt: at });
    };
    expect(await take(assign)).toMatchObject({ id: 'wrm_2' });
    expect(abandoned).toEqual(['wrm_1']);
    expect(await states()).toEqual(['wrm_1 ending', 'wrm_3 warm']);
  });

  it('starts cold where the pool does not answer, and does not mind a count that fails', async () => {
    const fails = () => Promise.reject(new Error('away'));
    expect(await take(async () => undefined, { claim: fails })).toBeUndefined();
    expect(await take(async () => undefined, { countLaunch: fails })).toMatchObject({ id: 'wrm_1' });
    expect(reports).toHaveLength(2);
  });

  it('finds nothing of another version or size', async () => {
    const use = { assign: async () => undefined, abandon: async () => undefined };
    expect(await takeWarmProcess(parts(), { ...kind, size: 'large' }, 'ins_1', use)).toBeUndefined();
    expect(await takeWarmProcess(parts(), { ...kind, version: 'v2' }, 'ins_1', use)).toBeUndefined();
  });
});
