import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import { type Position, readPage } from '../../../../functions/adapters/dynamodb/page.ts';
import { readAllShards, readNewestOfShards, shardCount, shardOf } from '../../../../functions/adapters/dynamodb/shards.ts';
import { afterNoon } from '../store-contract/fixtures.ts';
import { readAllPages } from '../store-contract/stores.ts';

interface Item {
  id: string;
  time: string;
}

/** Shards that hold the items, each newest first, and count what is read of them. */
function shardsOf(items: Item[]) {
  const order = (one: Position, other: Position) => (one.time + one.id < other.time + other.id ? 1 : -1);
  const shards = Array.from({ length: shardCount }, (_, shard) => items.filter(({ id }) => shardOf(id) === shard).sort(order));
  const counted = { items: 0 };
  return {
    newestFirst: [...items].sort(order),
    counted,
    async read(shard: number, after: Position | undefined, count: number): Promise<Item[]> {
      const found = (shards[shard] ?? []).filter((item) => after === undefined || order(item, after) > 0).slice(0, count);
      counted.items += found.length;
      return found;
    },
  };
}

function newItems(offsets: number[]): Item[] {
  return offsets.map((offset) => ({ id: createIdentifier('instance'), time: afterNoon(offset) }));
}

describe('lists over all shards', () => {
  it('have all items once, newest first, in pages of any size', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 9 }), { maxLength: 120 }),
        fc.integer({ min: 1, max: 60 }),
        async (offsets, limit) => {
          const shards = shardsOf(newItems(offsets));
          const listed = await readAllPages(
            (page) =>
              readPage(
                page,
                (item: Item) => item.time,
                (after, count) => readNewestOfShards({ after, count }, ({ time, id }: Item) => ({ time, id }), shards.read),
              ),
            limit,
          );
          expect(listed).toEqual(shards.newestFirst);
          expect((await readAllShards((shard) => shards.read(shard, undefined, 1000))).length).toBe(offsets.length);
        },
      ),
    ));

  it('read little more than they answer', async () => {
    const shards = shardsOf(newItems(Array.from({ length: 2000 }, (_, offset) => offset)));
    await readNewestOfShards({ after: undefined, count: 101 }, ({ time, id }: Item) => ({ time, id }), shards.read);
    expect(shards.counted.items).toBeLessThan(300);
  });
});
