import { attempts, notAvailable, pauseAfterConflict, requested } from './request.ts';

/**
 * Puts or deletes many items, 25 a request, in no order and not all or nothing. What DynamoDB leaves out because it is busy is sent
 * again; repeating the whole call is right, too. Of items with the same key the last one counts: a request may name a key only once.
 * Rejects with ProblemError `not-available` where something is left out again and again.
 *
 * @param write Sends items and answers the keys of those that were left out, such as ElectroDB's `entity.put(items).go()`.
 */
export async function writeAll<Key, Item extends Key>(
  items: readonly Item[],
  keyOf: (key: Key) => string,
  write: (items: Item[]) => Promise<{ unprocessed: Key[] }>,
): Promise<void> {
  let left = new Map(items.map((item) => [keyOf(item), item]));
  for (let attempt = 0; left.size > 0; attempt += 1) {
    if (attempt === attempts) throw notAvailable(new Error(`${left.size} items were left out ${attempts} times`));
    if (attempt > 0) await pauseAfterConflict(attempt);
    const { unprocessed } = await requested(() => write([...left.values()]));
    const again = new Set(unprocessed.map(keyOf));
    left = new Map([...left].filter(([key]) => again.has(key)));
  }
}
