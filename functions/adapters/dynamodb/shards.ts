import { crc32 } from 'node:zlib';
import type { Position } from './page.ts';

/**
 * Into how many partitions the lists over the whole installation are divided. One partition of an index takes 1,000 write units a
 * second and answers 3,000 read units. The number can grow, never shrink: items keep the shard they were made with.
 */
export const shardCount = 8;

const shards = Array.from({ length: shardCount }, (_, shard) => shard);

/** The shard of an item, by its identifier. */
export function shardOf(id: string): number {
  return crc32(id) % shardCount;
}

/** Reads all shards at once and answers everything, in no order. */
export async function readAllShards<Item>(read: (shard: number) => Promise<Item[]>): Promise<Item[]> {
  return (await Promise.all(shards.map(read))).flat();
}

/** More than the even share of a page is read of each shard at first, because shares are never quite even. */
const spare = 4;

/**
 * Answers the newest `count` items after the position over all shards. `read` answers up to `count` items of one shard, newest first,
 * fewer only where there are no more. Of each shard is read little more than the page needs.
 */
export async function readNewestOfShards<Item>(
  { after, count }: { after: Position | undefined; count: number },
  positionOf: (item: Item) => Position,
  read: (shard: number, after: Position | undefined, count: number) => Promise<Item[]>,
): Promise<Item[]> {
  const portion = Math.ceil(count / shardCount) + spare;
  const sources = await Promise.all(
    shards.map(async (shard) => ({ shard, items: await read(shard, after, portion), taken: 0, last: after })),
  );
  const newest: Item[] = [];
  while (newest.length < count) {
    let best: { source: (typeof sources)[number]; item: Item; position: Position } | undefined;
    for (const source of sources) {
      if (source.taken === source.items.length && source.taken === portion) {
        source.items = await read(source.shard, source.last, portion);
        source.taken = 0;
      }
      const item = source.items[source.taken];
      if (item === undefined) continue;
      const position = positionOf(item);
      if (best === undefined || isNewer(position, best.position)) best = { source, item, position };
    }
    if (best === undefined) break;
    best.source.taken += 1;
    best.source.last = best.position;
    newest.push(best.item);
  }
  return newest;
}

function isNewer(one: Position, other: Position): boolean {
  return one.time === other.time ? one.id > other.id : one.time > other.time;
}
