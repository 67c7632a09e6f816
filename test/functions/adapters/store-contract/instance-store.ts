import { describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import type { InstanceChange } from '../../../../functions/ports.ts';
import { afterNoon, givenInstance, givenKey, givenWorkspace, newInstance, newKey } from './fixtures.ts';
import { newestFirstInPages } from './newest-first-in-pages.ts';
import { type OpenStores, readAllPages, useStores } from './stores.ts';

const runtime = { launcher: 'child-process', ref: '4711', address: 'http://127.0.0.1:43121' } as const;

export function instanceStoreContract(open: OpenStores): void {
  describe('instance store', () => {
    const stores = useStores(open);

    it('finds an instance as it was created', async () => {
      const instance = await givenInstance(stores(), {
        toolsets: ['campaigns', 'leads'],
        allow: ['send', 'spend'],
        allowedTools: ['campaigns_get_all', 'leads_categories'],
        deniedTools: ['leads_categories'],
        runtime,
        firstConnectedAt: afterNoon(3),
        nextStep: 'Wait',
      });
      expect(await stores().instances.find(instance.workspaceId, instance.id)).toEqual(instance);
      expect(await stores().instances.findById(instance.id)).toEqual(instance);
    });

    it('takes as many as the limit allows, also from rivals, and does not count what is being deleted', async () => {
      const { workspaceId, keyId } = await givenKey(stores());
      await givenInstance(stores());
      await stores().instances.create(newInstance(workspaceId, keyId, { desiredState: 'deleted' }));
      const rivals = Array.from({ length: 5 }, () => stores().instances.create(newInstance(workspaceId, keyId), 2));
      const refusals = (await Promise.allSettled(rivals)).flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
      expect(refusals.map(({ type }) => type)).toEqual(['limit-reached', 'limit-reached', 'limit-reached']);
      expect((await stores().instances.list(workspaceId, { limit: 10 })).items).toHaveLength(2);
    });

    it('shows an instance to its own workspace only', async () => {
      const instance = await givenInstance(stores());
      const stranger = await givenWorkspace(stores());
      expect(await stores().instances.find(stranger, instance.id)).toBeUndefined();
      expect((await stores().instances.list(stranger, { limit: 10 })).items).toEqual([]);
      expect(await stores().instances.listByKey(stranger, instance.keyId)).toEqual([]);
    });

    it('changes what it is told to, and counts the version', async () => {
      const instance = await givenInstance(stores(), { toolsets: ['leads'] });
      const changed = await stores().instances.update(instance.id, { status: 'running', statusReason: 'Ready', runtime });
      expect(changed).toEqual({
        ...instance,
        status: 'running',
        statusReason: 'Ready',
        runtime,
        version: 2,
        updatedAt: changed?.updatedAt,
      });
      const settings: InstanceChange = { runtime: null, toolsets: null, allow: ['secrets'], allowedTools: ['leads_categories'] };
      const again = await stores().instances.update(instance.id, settings);
      expect(again).toMatchObject({ ...settings, deniedTools: null, status: 'running', version: 3 });
      expect(await stores().instances.findById(instance.id)).toEqual(again);
    });

    it('refuses a change that is based on an older version', async () => {
      const instance = await givenInstance(stores());
      expect(await stores().instances.update(instance.id, { name: 'first' }, 1)).toMatchObject({ name: 'first', version: 2 });
      expect(await stores().instances.update(instance.id, { name: 'second' }, 1)).toBeUndefined();
      expect(await stores().instances.findById(instance.id)).toMatchObject({ name: 'first', version: 2 });
    });

    it('lets one of several changes of the same version win', async () => {
      const instance = await givenInstance(stores());
      const names = ['a', 'b', 'c', 'd'];
      const changes = await Promise.all(names.map((name) => stores().instances.update(instance.id, { name }, 1)));
      const winners = changes.filter((change) => change !== undefined);
      expect(winners).toHaveLength(1);
      expect(await stores().instances.findById(instance.id)).toEqual(winners[0]);
    });

    it('changes nothing that is not there', async () => {
      expect(await stores().instances.update(createIdentifier('instance'), { name: 'x' })).toBeUndefined();
    });

    it('lists the instances that use a key', async () => {
      const { workspaceId, keyId } = await givenKey(stores());
      const otherKey = newKey(workspaceId);
      await stores().keys.create(otherKey);
      const [one, two, other] = [keyId, keyId, otherKey.id].map((id) => newInstance(workspaceId, id));
      for (const instance of [one, two, other]) if (instance) await stores().instances.create(instance);
      const ids = (await stores().instances.listByKey(workspaceId, keyId)).map(({ id }) => id);
      expect(ids.sort()).toEqual([one?.id, two?.id].sort());
    });

    it('hides from the customer, but not from the platform, what is to be deleted', async () => {
      const instance = await givenInstance(stores());
      await stores().instances.update(instance.id, { desiredState: 'deleted' });
      expect((await stores().instances.list(instance.workspaceId, { limit: 10 })).items).toEqual([]);
      const all = await readAllPages((page) => stores().instances.listAll(page));
      expect(all.map(({ id }) => id)).toContain(instance.id);
    });

    it('deletes, with no error the second time', async () => {
      const instance = await givenInstance(stores());
      await stores().instances.delete(instance.id);
      await stores().instances.delete(instance.id);
      expect(await stores().instances.findById(instance.id)).toBeUndefined();
    });

    newestFirstInPages(async (times) => {
      const { workspaceId, keyId } = await givenKey(stores());
      const instances = times.map((createdAt) => newInstance(workspaceId, keyId, { createdAt }));
      for (const instance of instances) await stores().instances.create(instance);
      return { ids: instances.map(({ id }) => id), readPage: (page) => stores().instances.list(workspaceId, page) };
    });
  });
}
