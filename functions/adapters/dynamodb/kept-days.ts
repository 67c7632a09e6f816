import { writeAll } from './batch-write.ts';
import { createKeptDayEntity } from './entities/kept-day.ts';
import { day, expiresAfter } from './expiry.ts';
import { requested } from './request.ts';
import type { PlatformTable } from './table.ts';

/**
 * How long DynamoDB is given to delete what has expired. Its documentation promises "within a few days"; deleting earlier would pay
 * for what it does without charge.
 */
const graceDays = 3;
/** Days that this process has noted already; forgotten all at once beyond, and noted again. */
const mostRemembered = 20_000;

/**
 * Remembers on which days which instances made records of a kind that expire, so that old ones can be found without a scan where
 * DynamoDB has not deleted them. Costs one small item an instance, day and writing process.
 */
export class KeptDays {
  readonly #days: ReturnType<typeof createKeptDayEntity>;
  readonly #records: string;
  readonly #keptSeconds: number;
  readonly #noted = new Set<string>();

  /** @param records What is kept, such as `logs`. */
  constructor(table: PlatformTable, records: string, keptSeconds: number) {
    this.#days = createKeptDayEntity(table);
    this.#records = records;
    this.#keptSeconds = keptSeconds;
  }

  async note(records: readonly { instanceId: string; time: string }[]): Promise<void> {
    const items = new Map<string, { records: string; day: string; instanceId: string; ttl: number }>();
    for (const { instanceId, time } of records) {
      const name = dayOf(time);
      const key = `${name}#${instanceId}`;
      if (this.#noted.has(key)) continue;
      const ttl = expiresAfter(name, this.#keptSeconds + (1 + 2 * graceDays) * day);
      items.set(key, { records: this.#records, day: name, instanceId, ttl });
    }
    await writeAll([...items.values()], keyOf, (fresh) => this.#days.put(fresh).go({ concurrency: 2 }));
    if (this.#noted.size > mostRemembered) this.#noted.clear();
    for (const key of items.keys()) this.#noted.add(key);
  }

  /**
   * Has everything deleted that is older than a time, but for what DynamoDB is just deleting. Answers how many went.
   *
   * @param deleteOf Deletes the records of an instance before the time and answers how many went.
   */
  async prune(olderThan: string, deleteOf: (instanceId: string, olderThan: string) => Promise<number>): Promise<number> {
    const instances = new Map<string, string[]>();
    const { data } = await requested(() =>
      this.#days.query
        .primary({ records: this.#records })
        .lte({ day: `${dayOf(olderThan)}~` })
        .go({ pages: 'all' }),
    );
    for (const noted of data) {
      if (this.#isExpiring(noted.day)) continue;
      instances.set(noted.instanceId, [...(instances.get(noted.instanceId) ?? []), noted.day]);
    }
    let deleted = 0;
    for (const [instanceId, days] of instances) {
      deleted += await deleteOf(instanceId, olderThan);
      const past = days
        .filter((name) => name < dayOf(olderThan))
        .map((name) => ({ records: this.#records, day: name, instanceId }));
      await writeAll(past, keyOf, (gone) => this.#days.delete(gone).go());
    }
    return deleted;
  }

  #isExpiring(name: string): boolean {
    const now = Date.now() / 1000;
    const firstExpires = expiresAfter(name, this.#keptSeconds);
    return firstExpires <= now && firstExpires + (1 + graceDays) * day > now;
  }
}

function keyOf({ day: name, instanceId }: { day: string; instanceId: string }): string {
  return `${name}#${instanceId}`;
}

function dayOf(time: string): string {
  return time.slice(0, 10);
}
