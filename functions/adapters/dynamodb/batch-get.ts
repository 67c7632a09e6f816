import { attempts, notAvailable, pauseAfterConflict, requested } from './request.ts';

/** What ElectroDB answers to a batch: items, and the keys that DynamoDB had no capacity left for. */
interface BatchAnswer<Key, Item> {
  data: Item[];
  unprocessed: Key[];
}

/**
 * Reads many items by their keys, in no order; those that do not exist are left out. `read` is called until all were answered.
 * Rejects with ProblemError `not-available` where DynamoDB leaves some unanswered for seconds.
 */
export async function readBatch<Key, Item>(keys: Key[], read: (keys: Key[]) => Promise<BatchAnswer<Key, Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let left = keys;
  for (let attempt = 0; left.length > 0; attempt += 1) {
    if (attempt === attempts) throw notAvailable(new Error(`${left.length} items were left out ${attempts} times`));
    if (attempt > 0) await pauseAfterConflict(attempt);
    const asked = left;
    const { data, unprocessed } = await requested(() => read(asked));
    items.push(...data);
    left = unprocessed;
  }
  return items;
}
