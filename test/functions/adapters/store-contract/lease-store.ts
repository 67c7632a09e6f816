import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock, Lease, LeaseStore } from '../../../../functions/ports.ts';
import { InMemoryClock } from '../../in-memory/clock.ts';

const second = 1000;

/** What every implementation of the leases has to do. Every test opens an empty store with a clock of its own. */
export function leaseStoreContract(open: (clock: Clock) => Promise<LeaseStore>): void {
  describe('the leases', () => {
    it('are held by one until they expire, and pass with a larger fence', async () => {
      const clock = new InMemoryClock();
      const leases = await open(clock);
      expect(await leases.find('manager')).toBeUndefined();
      const first = await leases.acquire('manager', 'a', 10 * second);
      expect(first).toEqual({ name: 'manager', holder: 'a', fence: 1, expiresAt: '2026-11-22T08:00:10.000Z' });
      expect(await leases.acquire('manager', 'b', 10 * second)).toBeUndefined();
      expect(await leases.acquire('other', 'b', 10 * second)).toMatchObject({ fence: 1 });
      clock.advance(10 * second);
      expect(await leases.acquire('manager', 'b', 10 * second)).toMatchObject({ holder: 'b', fence: 2 });
      expect(await leases.find('manager')).toMatchObject({ holder: 'b', fence: 2 });
    });

    it('are renewed by their holder alone, also late while nobody else has taken them', async () => {
      const clock = new InMemoryClock();
      const leases = await open(clock);
      const first = (await leases.acquire('manager', 'a', 10 * second)) as Lease;
      clock.advance(15 * second);
      const renewed = (await leases.renew(first, 10 * second)) as Lease;
      expect(renewed).toEqual({ ...first, expiresAt: '2026-11-22T08:00:25.000Z' });
      clock.advance(10 * second);
      await leases.acquire('manager', 'b', 10 * second);
      expect(await leases.renew(renewed, 10 * second)).toBeUndefined();
      expect(await leases.find('manager')).toMatchObject({ holder: 'b' });
    });

    it('are kept by a holder that asks again, with the fence it had', async () => {
      const clock = new InMemoryClock();
      const leases = await open(clock);
      await leases.acquire('manager', 'a', 10 * second);
      clock.advance(5 * second);
      const again = await leases.acquire('manager', 'a', 10 * second);
      expect(again).toMatchObject({ fence: 1, expiresAt: '2026-11-22T08:00:15.000Z' });
    });

    it('are free at once when they are released, but not by one who had them before', async () => {
      const leases = await open(new InMemoryClock());
      const first = (await leases.acquire('manager', 'a', 10 * second)) as Lease;
      await leases.release(first);
      expect(await leases.acquire('manager', 'b', 10 * second)).toMatchObject({ holder: 'b', fence: 2 });
      await leases.release(first);
      expect(await leases.acquire('manager', 'c', 10 * second)).toBeUndefined();
    });

    it('go to one of many who ask at once', async () => {
      const leases = await open(new InMemoryClock());
      const asked = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((holder) => leases.acquire('manager', holder, second)));
      expect(asked.filter((lease) => lease !== undefined)).toHaveLength(1);
    });

    it('never have two holders, whatever happens in whatever order', async () => {
      const steps = fc.array(
        fc.record({
          holder: fc.constantFrom('a', 'b', 'c'),
          step: fc.constantFrom('acquire', 'renew', 'release'),
          pause: fc.constantFrom(0, 4 * second, 11 * second),
        }),
        { maxLength: 15 },
      );
      await fc.assert(
        fc.asyncProperty(steps, async (script) => {
          const clock = new InMemoryClock();
          const leases = await open(clock);
          const held = new Map<string, Lease>();
          let highest = 0;
          for (const { holder, step, pause } of script) {
            clock.advance(pause);
            const own = held.get(holder);
            if (step === 'release') {
              if (own) await leases.release(own);
              held.delete(holder);
              continue;
            }
            const lease =
              step === 'acquire'
                ? await leases.acquire('manager', holder, 10 * second)
                : own && (await leases.renew(own, 10 * second));
            if (lease) held.set(holder, lease);
            else held.delete(holder);
            const now = clock.now().toISOString();
            expect([...held.values()].filter(({ expiresAt }) => expiresAt > now).length).toBeLessThanOrEqual(1);
            if (lease) {
              expect(lease.fence).toBeGreaterThanOrEqual(highest);
              highest = lease.fence;
            }
          }
        }),
        { numRuns: 8 },
      );
    });
  });
}
