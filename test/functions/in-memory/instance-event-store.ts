import type { InstanceEvent, InstanceEventStore, Page, PageRequest } from '../../../functions/ports.ts';
import { pageOfItems } from './page.ts';

export class InMemoryInstanceEventStore implements InstanceEventStore {
  readonly events: InstanceEvent[] = [];

  async append(event: InstanceEvent): Promise<void> {
    this.events.push({ ...event });
  }

  async list(instanceId: string, page: PageRequest): Promise<Page<InstanceEvent>> {
    return pageOfItems(
      this.events.filter((event) => event.instanceId === instanceId),
      page,
    );
  }
}
