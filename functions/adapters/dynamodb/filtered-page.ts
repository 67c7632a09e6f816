import type { Page, PageRequest } from '../../ports.ts';
import { decodeCursor, encodeCursor, type Position } from './page.ts';

/** Items in the order of their list, and whether there are none after them. */
export interface Portion<Item> {
  items: Item[];
  ended: boolean;
}

/**
 * Items looked at for one page. DynamoDB reads and bills what a filter rejects, so a filter that little fits would otherwise read a
 * whole log in one request. One read answers 1 MB at most, whatever is asked for.
 */
const portionSize = 1000;
const mostPortions = 8;

/**
 * Builds a page of the items that match, newest first, from a bounded number of reads. Where the bound is met first, the page is
 * shorter than was asked for, or empty, and its cursor goes on after the last item that was looked at: a list has ended where there is
 * no cursor, and only there. Rejects with ProblemError `invalid-input` where we did not make the cursor.
 *
 * @param read Answers up to `count` items after the position, from the newest where there is none.
 */
export async function readMatches<Item extends { id: string }>(
  { limit, cursor }: PageRequest,
  { timeOf, matches }: { timeOf: (item: Item) => string; matches: ((item: Item) => boolean) | undefined },
  read: (after: Position | undefined, count: number) => Promise<Portion<Item>>,
): Promise<Page<Item>> {
  const positionOf = (item: Item): Position => ({ time: timeOf(item), id: item.id });
  let after = cursor === undefined ? undefined : decodeCursor(cursor);
  const found: Item[] = [];
  for (let portions = 0; portions < mostPortions; portions += 1) {
    const { items, ended } = await read(after, matches === undefined ? limit + 1 - found.length : portionSize);
    for (const item of items) {
      if (matches?.(item) === false) continue;
      const last = found.at(-1);
      if (found.length === limit && last !== undefined) return { items: found, nextCursor: encodeCursor(positionOf(last)) };
      found.push(item);
    }
    if (ended) return { items: found, nextCursor: null };
    const lookedAt = items.at(-1);
    if (lookedAt !== undefined) after = positionOf(lookedAt);
  }
  return { items: found, nextCursor: after === undefined ? null : encodeCursor(after) };
}
