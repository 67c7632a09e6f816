import { describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import type { Rollout } from '../../../../functions/ports.ts';
import { afterNoon, noon } from './fixtures.ts';
import { type OpenStores, useStores } from './stores.ts';

export function newRollout(overrides: Partial<Rollout> = {}): Rollout {
  return {
    ...{
      id: createIdentifier('rollout'),
      version: 'b',
      previousVersion: 'a',
      status: 'canary',
      observeSeconds: 0.5,
      upgraded: [],
    },
    ...{ total: 3, failedInstanceId: null, reason: null, startedAt: noon, endedAt: null },
    ...overrides,
  };
}

export function rolloutStoreContract(open: OpenStores): void {
  describe('rollout store', () => {
    const stores = useStores(open);

    it('knows the one that is under way, and keeps what became of it', async () => {
      const { rollouts } = stores();
      expect(await rollouts.findActive()).toBeUndefined();
      const rollout = newRollout();
      await rollouts.create(rollout);
      expect(await rollouts.findActive()).toEqual(rollout);
      await expect(rollouts.create(newRollout({ startedAt: afterNoon(1) }))).rejects.toMatchObject({ type: 'conflict' });

      const upgraded = [{ instanceId: 'ins_1', at: afterNoon(2) }];
      await rollouts.update(rollout.id, { status: 'rolling_back', upgraded, failedInstanceId: 'ins_1', reason: 'It ended.' });
      const changed = { ...rollout, status: 'rolling_back', upgraded, failedInstanceId: 'ins_1', reason: 'It ended.' };
      expect(await rollouts.findActive()).toEqual(changed);
      await rollouts.update(rollout.id, { status: 'rolled_back', endedAt: afterNoon(3) });
      expect(await rollouts.findActive()).toBeUndefined();
      const ended = { ...changed, status: 'rolled_back', endedAt: afterNoon(3) };
      expect(await rollouts.find(rollout.id)).toEqual(ended);
      expect(await rollouts.find('rol_none')).toBeUndefined();

      // Somebody who has not noticed yet that another one has taken over, and has ended it.
      expect(await rollouts.update(rollout.id, { status: 'rolling', upgraded: [], total: 9 })).toBe(false);
      expect(await rollouts.update(rollout.id, { status: 'done', endedAt: afterNoon(4) })).toBe(false);
      expect(await rollouts.update('rol_none', { status: 'rolling' })).toBe(false);
      expect(await rollouts.find(rollout.id)).toEqual(ended);

      const later = newRollout({ startedAt: afterNoon(4), endedAt: afterNoon(5), status: 'done' });
      await rollouts.create(later);
      const first = await rollouts.list({ limit: 1 });
      const second = await rollouts.list({ limit: 1, cursor: first.nextCursor ?? undefined });
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([later.id, rollout.id]);
      expect(second.nextCursor).toBeNull();
    });
  });
}
