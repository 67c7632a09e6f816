import { createIdentifier } from '../../../core/identifiers.ts';
import type { Change } from '../../../core/platform-table.ts';
import { createChangeEntity } from './entities/change.ts';
import { expiresAfter } from './expiry.ts';
import { requested } from './request.ts';
import type { PlatformTable } from './table.ts';

const minuteMilliseconds = 60_000;

/** Routers look every second; one that was away for longer starts with an empty memory. In seconds. */
const keptSeconds = 600;

/**
 * The item by which routers learn of a change. It is written in the transaction that makes the change, so that none goes unnoticed.
 * @param now Unix time in milliseconds, at the attempt to write it: routers look at the last moments only.
 */
export function changeItem(change: Change, now: number = Date.now()) {
  const minute = new Date(now - (now % minuteMilliseconds)).toISOString();
  return { ...change, minute, id: createIdentifier('event', now), ttl: expiresAfter(minute, keptSeconds) };
}

/** Tells the routers of what changes nothing else in the table. */
export class DynamoChangeFeed {
  readonly #changes: ReturnType<typeof createChangeEntity>;

  constructor(table: PlatformTable) {
    this.#changes = createChangeEntity(table);
  }

  async append(change: Change): Promise<void> {
    await requested(() => this.#changes.put(changeItem(change)).go());
  }
}
