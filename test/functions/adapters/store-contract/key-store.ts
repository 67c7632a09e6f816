import { describe, expect, it } from 'vitest';
import { afterNoon, givenKey, givenWorkspace, newKey } from './fixtures.ts';
import { newestFirstInPages } from './newest-first-in-pages.ts';
import { type OpenStores, useStores } from './stores.ts';

export function keyStoreContract(open: OpenStores): void {
  describe('key store', () => {
    const stores = useStores(open);

    it('finds a key as it was created', async () => {
      const key = newKey(await givenWorkspace(stores()), { rotatedAt: afterNoon(5) });
      await stores().keys.create(key);
      expect(await stores().keys.find(key.workspaceId, key.id)).toEqual(key);
    });

    it('shows a key to its own workspace only', async () => {
      const { workspaceId, keyId } = await givenKey(stores());
      const stranger = await givenWorkspace(stores());
      expect(await stores().keys.find(stranger, keyId)).toBeUndefined();
      expect(await stores().keys.update(stranger, keyId, { label: 'mine' })).toBeUndefined();
      expect(await stores().keys.delete(stranger, keyId)).toBe(false);
      expect((await stores().keys.list(stranger, { limit: 10 })).items).toEqual([]);
      expect((await stores().keys.find(workspaceId, keyId))?.label).toBe('Main account');
    });

    it('changes what it is told to and nothing else', async () => {
      const { workspaceId, keyId } = await givenKey(stores());
      const before = await stores().keys.find(workspaceId, keyId);
      const rotation = {
        last4: '0000',
        secret: { name: 'smartlead-keys/x', version: 12 },
        rotatedAt: afterNoon(1),
        status: 'refused',
      } as const;
      const expected = { ...before, ...rotation };
      expect(await stores().keys.update(workspaceId, keyId, rotation)).toEqual(expected);
      expect(await stores().keys.update(workspaceId, keyId, {})).toEqual(expected);
      expect(await stores().keys.find(workspaceId, keyId)).toEqual(expected);
    });

    it('never goes back to an older version of the secret, which a faster rotation may have deleted', async () => {
      const key = newKey(await givenWorkspace(stores()));
      await stores().keys.create(key);
      const rotate = (version: number) =>
        stores().keys.update(key.workspaceId, key.id, { secret: { ...key.secret, version }, last4: `000${version}` });
      await rotate(3);
      await expect(rotate(2)).rejects.toMatchObject({ name: 'ProblemError', type: 'conflict' });
      expect(await stores().keys.find(key.workspaceId, key.id)).toMatchObject({ secret: { version: 3 }, last4: '0003' });
      expect(await rotate(3)).toMatchObject({ secret: { version: 3 } });
    });

    it('takes as many as the limit allows, also from rivals', async () => {
      const [workspaceId, other] = [await givenWorkspace(stores()), await givenWorkspace(stores())];
      await stores().keys.create(newKey(other), 3);
      const rivals = Array.from({ length: 6 }, () => stores().keys.create(newKey(workspaceId), 3));
      const refusals = (await Promise.allSettled(rivals)).flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
      expect(refusals.map(({ type }) => type)).toEqual(['limit-reached', 'limit-reached', 'limit-reached']);
      expect((await stores().keys.list(workspaceId, { limit: 10 })).items).toHaveLength(3);
      await stores().keys.create(newKey(workspaceId));
    });

    it('deletes once', async () => {
      const { workspaceId, keyId } = await givenKey(stores());
      expect(await stores().keys.delete(workspaceId, keyId)).toBe(true);
      expect(await stores().keys.delete(workspaceId, keyId)).toBe(false);
      expect(await stores().keys.find(workspaceId, keyId)).toBeUndefined();
      expect(await stores().keys.update(workspaceId, keyId, { label: 'late' })).toBeUndefined();
    });

    newestFirstInPages(async (times) => {
      const workspaceId = await givenWorkspace(stores());
      const keys = times.map((createdAt) => newKey(workspaceId, { createdAt }));
      for (const key of keys) await stores().keys.create(key);
      return { ids: keys.map((key) => key.id), readPage: (page) => stores().keys.list(workspaceId, page) };
    });
  });
}
