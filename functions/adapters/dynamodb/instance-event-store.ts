import type { InstanceEvent, InstanceEventStore, Page, PageRequest } from '../../ports.ts';
import type { PlatformEntities } from './entities/index.ts';
import { day, expiresAfter } from './expiry.ts';
import { readPage } from './page.ts';
import { requested } from './request.ts';
import { storableText } from './storable-text.ts';

/** In UTF-16 units: far below what an item holds. */
const longestMessage = 10_000;

/** Keeps events for 90 days. Those of a deleted instance are seen by nobody and go by the same time. */
export class DynamoInstanceEventStore implements InstanceEventStore {
  readonly #entities: PlatformEntities;

  constructor(entities: PlatformEntities) {
    this.#entities = entities;
  }

  /** The same event twice is one: time and identifier are its key. */
  async append(event: InstanceEvent): Promise<void> {
    const ttl = expiresAfter(event.time, 90 * day);
    await requested(() =>
      this.#entities.instanceEvent.put({ ...event, message: storableText(event.message, longestMessage), ttl }).go(),
    );
  }

  list(instanceId: string, page: PageRequest): Promise<Page<InstanceEvent>> {
    return readPage(
      page,
      (event) => event.time,
      async (after, count) => {
        const query = this.#entities.instanceEvent.query.primary({ instanceId });
        const from = after === undefined ? query : query.lt({ time: after.time, id: after.id });
        const { data } = await requested(() => from.go({ order: 'desc', limit: count, count }));
        return data.map(({ ttl: _ttl, ...event }) => event);
      },
    );
  }
}
