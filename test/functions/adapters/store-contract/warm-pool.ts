import { describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import type { WarmPool, WarmProcess } from '../../../../functions/ports.ts';

const time = (second: number) => new Date(Date.UTC(2026, 10, 22, 8, 59, second)).toISOString();

/** What every implementation of the warm pool has to do. Every test opens an empty one. */
export function warmPoolContract(open: () => Promise<WarmPool>): void {
  const kind = { version: 'v1', size: 'small' } as const;

  const starting = (second: number, more: Partial<WarmProcess> = {}): WarmProcess => ({
    ...kind,
    id: createIdentifier('warmProcess'),
    state: 'starting',
    ref: null,
    address: null,
    instanceId: null,
    createdAt: time(second),
    changedAt: time(second),
    ...more,
  });
  const becomeWarm = async (pool: WarmPool, second: number, more: Partial<WarmProcess> = {}): Promise<WarmProcess> => {
    const process = starting(second, more);
    await pool.put(process);
    const change = {
      state: 'warm',
      changedAt: time(second + 1),
      ref: `ref-${second}`,
      address: `http://10.0.0.1:${second}`,
    } as const;
    expect(await pool.change(process.id, 'starting', change)).toBe(true);
    return { ...process, ...change };
  };

  describe('the warm pool', () => {
    it('lists what was put, the oldest first, and takes no id twice', async () => {
      const pool = await open();
      const [old, young] = [starting(1), starting(2)];
      await pool.put(young);
      await pool.put(old);
      expect(await pool.list()).toEqual([old, young]);
      await expect(pool.put({ ...old, version: 'v2' })).rejects.toThrow();
      expect(await pool.list()).toEqual([old, young]);
    });

    it('changes and removes only from the state that is named', async () => {
      const pool = await open();
      const process = await becomeWarm(pool, 1);
      expect(await pool.list()).toEqual([process]);
      expect(await pool.change(process.id, 'starting', { state: 'ending', changedAt: time(5) })).toBe(false);
      expect(await pool.remove(process.id, 'claimed')).toBe(false);
      expect(await pool.list()).toEqual([process]);
      expect(await pool.change(process.id, 'warm', { state: 'ending', changedAt: time(5) })).toBe(true);
      expect(await pool.list()).toEqual([{ ...process, state: 'ending', changedAt: time(5) }]);
      expect(await pool.remove(process.id, 'ending')).toBe(true);
      expect(await pool.list()).toEqual([]);
      expect(await pool.remove(process.id, 'ending')).toBe(false);
      expect(await pool.change(process.id, 'ending', { state: 'warm', changedAt: time(6) })).toBe(false);
    });

    it('gives the oldest that waits, of the kind that is asked for, and says for whom', async () => {
      const pool = await open();
      await pool.put(starting(1));
      await becomeWarm(pool, 2, { version: 'v2' });
      await becomeWarm(pool, 3, { size: 'large' });
      const young = await becomeWarm(pool, 5);
      const old = await becomeWarm(pool, 4);
      const claimed = { ...old, state: 'claimed', instanceId: 'ins_1', changedAt: time(9) };
      expect(await pool.claim(kind, 'ins_1', time(9))).toEqual(claimed);
      expect(await pool.list()).toContainEqual(claimed);
      expect(await pool.claim(kind, 'ins_2', time(9))).toMatchObject({ id: young.id, instanceId: 'ins_2' });
      expect(await pool.claim(kind, 'ins_3', time(9))).toBeUndefined();
    });

    it('names no instance any more once a claim is given up', async () => {
      const pool = await open();
      await becomeWarm(pool, 1);
      const claimed = await pool.claim(kind, 'ins_1', time(9));
      await pool.change(claimed?.id ?? '', 'claimed', { state: 'ending', changedAt: time(10) });
      expect(await pool.list()).toMatchObject([{ state: 'ending', instanceId: null }]);
    });

    it('gives none twice, however many claim at once and whatever its keeper does meanwhile', async () => {
      const pool = await open();
      const processes = await Promise.all([1, 2, 3, 4, 5, 6].map((second) => becomeWarm(pool, second)));
      const [claims, withdrawals] = await Promise.all([
        Promise.all(Array.from({ length: 12 }, (_, index) => pool.claim(kind, `ins_${index}`, time(20)))),
        Promise.all(processes.slice(0, 3).map(({ id }) => pool.change(id, 'warm', { state: 'ending', changedAt: time(20) }))),
      ]);
      const given = claims.flatMap((claim) => (claim === undefined ? [] : [claim.id]));
      const withdrawn = processes.slice(0, 3).filter((_, index) => withdrawals[index]);
      expect(new Set(given).size).toBe(given.length);
      expect(withdrawn.filter(({ id }) => given.includes(id))).toEqual([]);
      const left = (await pool.list()).filter(({ state }) => state === 'warm').length;
      expect(given.length + withdrawn.length + left).toBe(6);
    });

    it('counts launches by hour and kind, also when many are counted at once', async () => {
      const pool = await open();
      const next = '2026-11-22T09:00:00.000Z';
      await Promise.all([
        ...Array.from({ length: 5 }, () => pool.countLaunch(kind, 'claimed', time(1))),
        pool.countLaunch(kind, 'missed', time(2)),
        pool.countLaunch({ ...kind, size: 'large' }, 'missed', time(3)),
        pool.countLaunch(kind, 'claimed', next),
      ]);
      const hour = '2026-11-22T08:00:00.000Z';
      const all = await pool.readDemand(hour);
      expect(all).toHaveLength(3);
      expect(all).toContainEqual({ ...kind, hour, claimed: 5, missed: 1 });
      expect(all).toContainEqual({ ...kind, size: 'large', hour, claimed: 0, missed: 1 });
      expect(await pool.readDemand('2026-11-22T08:30:00.000Z')).toEqual([{ ...kind, hour: next, claimed: 1, missed: 0 }]);
    });
  });
}
