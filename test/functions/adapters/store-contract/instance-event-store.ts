import { describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import { givenInstance, noon } from './fixtures.ts';
import { newestFirstInPages } from './newest-first-in-pages.ts';
import { type OpenStores, useStores } from './stores.ts';

export function instanceEventStoreContract(open: OpenStores): void {
  describe('instance event store', () => {
    const stores = useStores(open);
    const newEvent = (instanceId: string, time = noon) => ({
      id: createIdentifier('event'),
      instanceId,
      time,
      type: 'launched',
      message: 'The instance was started',
    });

    it('lists the events of one instance', async () => {
      const [instance, other] = [await givenInstance(stores()), await givenInstance(stores())];
      const event = newEvent(instance.id);
      await stores().instanceEvents.append(event);
      await stores().instanceEvents.append(newEvent(other.id));
      expect(await stores().instanceEvents.list(instance.id, { limit: 10 })).toEqual({ items: [event], nextCursor: null });
    });

    it('does not mind an event that comes after the instance was deleted', async () => {
      const instance = await givenInstance(stores());
      await stores().instances.delete(instance.id);
      await stores().instanceEvents.append(newEvent(instance.id));
    });

    newestFirstInPages(async (times) => {
      const { id } = await givenInstance(stores());
      const events = times.map((time) => newEvent(id, time));
      for (const event of events) await stores().instanceEvents.append(event);
      return { ids: events.map((event) => event.id), readPage: (page) => stores().instanceEvents.list(id, page) };
    });
  });
}
