import type { InstanceEvent, InstanceEventStore, Page, PageRequest } from '../../ports.ts';
import { repeatable } from './connection-failure.ts';
import { violates } from './constraint-violation.ts';
import type { Database } from './database.ts';
import { afterCursor, toPage } from './page.ts';

export class PostgresInstanceEventStore implements InstanceEventStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async append(event: InstanceEvent): Promise<void> {
    const { id, instanceId, time, type, message } = event;
    try {
      await repeatable(() =>
        this.#database
          .insertInto('instanceEvents')
          .values({ id, instanceId, time, type, message })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .execute(),
      );
    } catch (error) {
      // The instance was deleted meanwhile, and the record of its events with it: there is nobody left to tell.
      if (!violates(error, 'foreign-key')) throw error;
    }
  }

  async list(instanceId: string, page: PageRequest): Promise<Page<InstanceEvent>> {
    const rows = await repeatable(() =>
      this.#database
        .selectFrom('instanceEvents')
        .selectAll()
        .where('instanceId', '=', instanceId)
        .where(afterCursor('time', page.cursor))
        .orderBy('time', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute(),
    );
    return toPage(rows, page, (event) => event.time);
  }
}
