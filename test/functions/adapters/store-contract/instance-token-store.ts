import { describe, expect, it } from 'vitest';
import { afterNoon, givenInstance, newToken } from './fixtures.ts';
import { newestFirstInPages } from './newest-first-in-pages.ts';
import { type OpenStores, useStores } from './stores.ts';

export function instanceTokenStoreContract(open: OpenStores): void {
  describe('instance token store', () => {
    const stores = useStores(open);

    it('finds a token by its hash', async () => {
      const token = newToken(await givenInstance(stores()), { expiresAt: afterNoon(1000) });
      await stores().instanceTokens.create(token);
      expect(await stores().instanceTokens.findByHash(token.hash)).toEqual(token);
      expect(await stores().instanceTokens.findByHash('unknown')).toBeUndefined();
    });

    it('calls an instance that is gone not found', async () => {
      const instance = await givenInstance(stores());
      await stores().instances.delete(instance.id);
      const notFound = { name: 'ProblemError', type: 'not-found' };
      await expect(stores().instanceTokens.create(newToken(instance))).rejects.toMatchObject(notFound);
      await expect(stores().instanceTokens.create(newToken(instance), 5)).rejects.toMatchObject(notFound);
    });

    it('never leaves a token of an instance that is deleted at the same time', async () => {
      for (let round = 0; round < 5; round += 1) {
        const instance = await givenInstance(stores());
        const token = newToken(instance);
        const [created] = await Promise.allSettled([
          stores().instanceTokens.create(token),
          stores().instances.delete(instance.id),
        ]);
        if (created.status === 'rejected') expect(created.reason).toMatchObject({ type: 'not-found' });
        expect(await stores().instanceTokens.findByHash(token.hash)).toBeUndefined();
      }
    });

    it('takes as many as the limit allows, also from rivals', async () => {
      const [instance, other] = [await givenInstance(stores()), await givenInstance(stores())];
      await stores().instanceTokens.create(newToken(other), 2);
      const rivals = Array.from({ length: 4 }, () => stores().instanceTokens.create(newToken(instance), 2));
      const refusals = (await Promise.allSettled(rivals)).flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
      expect(refusals.map(({ type }) => type)).toEqual(['limit-reached', 'limit-reached']);
    });

    it('deletes a token of the instance it belongs to', async () => {
      const [instance, other] = [await givenInstance(stores()), await givenInstance(stores())];
      const token = newToken(instance);
      await stores().instanceTokens.create(token);
      expect(await stores().instanceTokens.delete(other.id, token.id)).toBeUndefined();
      expect(await stores().instanceTokens.delete(instance.id, token.id)).toEqual(token);
      expect(await stores().instanceTokens.delete(instance.id, token.id)).toBeUndefined();
      expect(await stores().instanceTokens.findByHash(token.hash)).toBeUndefined();
    });

    it('remembers the latest use, in whatever order uses are told', async () => {
      const token = newToken(await givenInstance(stores()));
      await stores().instanceTokens.create(token);
      await stores().instanceTokens.touch(token.id, afterNoon(20));
      await stores().instanceTokens.touch(token.id, afterNoon(10));
      expect(await stores().instanceTokens.findByHash(token.hash)).toEqual({ ...token, lastUsedAt: afterNoon(20) });
    });

    it('does not mind a use of a token that was deleted', async () => {
      await stores().instanceTokens.touch('tok_gone', afterNoon(1));
    });

    it('lets no token outlive its instance', async () => {
      const instance = await givenInstance(stores());
      const token = newToken(instance);
      await stores().instanceTokens.create(token);
      await stores().instances.delete(instance.id);
      expect(await stores().instanceTokens.findByHash(token.hash)).toBeUndefined();
    });

    newestFirstInPages(async (times) => {
      const instance = await givenInstance(stores());
      const tokens = times.map((createdAt) => newToken(instance, { createdAt }));
      for (const token of tokens) await stores().instanceTokens.create(token);
      return { ids: tokens.map(({ id }) => id), readPage: (page) => stores().instanceTokens.list(instance.id, page) };
    });
  });
}
