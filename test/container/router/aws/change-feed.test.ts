import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ChangeFeed } from '../../../../container/router/aws/change-feed.ts';
import { createIdentifier } from '../../../../core/identifiers.ts';
import { type Change, changesPartition } from '../../../../core/platform-table.ts';
import { minuteOf } from '../../../../core/usage-record.ts';
import { propertyLimits } from '../../../property-limits.ts';

const start = Date.parse('2026-11-22T12:00:00Z');

/** A table of changes, a clock, and a feed that follows them. */
function startFeed() {
  const partitions = new Map<string, ({ sk: string } & Record<string, unknown>)[]>();
  const world = {
    now: start,
    isAway: false,
    told: [] as string[],
    gaps: 0,
    errors: [] as unknown[],
    queries: 0,
    /** Puts an item where a writer puts it whose clock shows that time. */
    write(writersTime: number, item: Record<string, unknown>) {
      const partition = changesPartition(minuteOf(new Date(writersTime)));
      partitions.set(partition, [...(partitions.get(partition) ?? []), { sk: createIdentifier('event', writersTime), ...item }]);
    },
    change: (id: string): Change => ({ kind: 'token-revoked', tokenId: id, instanceId: 'ins' }),
  };
  const feed = new ChangeFeed({
    table: {
      itemsAfter: async function* (pk, sk) {
        world.queries += 1;
        if (world.isAway) throw new Error('away');
        const items = (partitions.get(pk) ?? []).filter((item) => item.sk > sk);
        yield* items.sort((a, b) => (a.sk < b.sk ? -1 : 1));
      },
    },
    onChange: (change) => void world.told.push(change.kind === 'token-revoked' ? change.tokenId : change.kind),
    onGap: () => {
      world.gaps += 1;
    },
    reportError: (error) => void world.errors.push(error),
    now: () => world.now,
  });
  return { feed, world };
}

it('tells every change once', async () => {
  const { feed, world } = startFeed();
  world.write(world.now, world.change('a'));
  await feed.look();
  world.now += 1_000;
  world.write(world.now, world.change('b'));
  await feed.look();
  await feed.look();
  expect(world.told).toEqual(['a', 'b']);
});

it('asks for one minute in its middle, and for two at its edges', async () => {
  const { feed, world } = startFeed();
  for (const [second, partitions] of [
    [40, 2],
    [45, 1],
    [56, 2],
    [75, 2],
    [94, 2],
    [95, 1],
  ] as const) {
    world.now = start + second * 1_000;
    world.queries = 0;
    await feed.look();
    expect({ second, queries: world.queries }).toEqual({ second, queries: partitions });
  }
});

it('finds what writers with other clocks write at the edge of a minute', async () => {
  const { feed, world } = startFeed();
  world.now = start + 59_000;
  await feed.look();
  world.write(world.now + 3_000, world.change('ahead'));
  world.write(world.now - 4_000, world.change('behind'));
  await feed.look();
  expect(world.told.sort()).toEqual(['ahead', 'behind']);
  world.now = start + 62_000;
  world.write(start + 58_000, world.change('behind, in the minute before'));
  await feed.look();
  expect(world.told).toHaveLength(3);
});

it('catches up with what was written while the table was away, and knows where that was too long ago', async () => {
  const { feed, world } = startFeed();
  await feed.look();
  world.isAway = true;
  world.now += 1_000;
  await expect(feed.look()).rejects.toThrow('away');
  world.write(world.now, world.change('missed'));
  world.now += 4 * 60_000;
  world.isAway = false;
  await feed.look();
  expect(world).toMatchObject({ told: ['missed'], gaps: 0 });
  world.isAway = true;
  world.now += 6 * 60_000;
  await expect(feed.look()).rejects.toThrow('away');
  world.isAway = false;
  await feed.look();
  world.now += 1_000;
  await feed.look();
  expect(world.gaps).toBeGreaterThan(0);
});

it('says whether the table has answered, how old what it said is, and that it is away once', async () => {
  const { feed, world } = startFeed();
  world.isAway = true;
  feed.start();
  await expect.poll(() => world.errors.length).toBe(1);
  expect(feed.hasAnswered).toBe(false);
  await feed.look().catch(() => undefined);
  await feed.stop();
  expect(world.errors).toHaveLength(1);
  world.isAway = false;
  await feed.look();
  world.now += 2_000;
  expect([feed.hasAnswered, feed.ageMs]).toEqual([true, 2_000]);
});

it('leaves out what it does not know, and goes on', async () => {
  const { feed, world } = startFeed();
  world.write(world.now, { kind: 'of-a-later-version' });
  world.write(world.now, world.change('a'));
  await feed.look();
  expect(world.told).toEqual(['a']);
  expect(world.errors).toHaveLength(1);
});

it('tells every change exactly once, whatever the clocks of writers show and however often the table is away', async () => {
  const step = fc.record({
    passes: fc.integer({ min: 100, max: 20_000 }),
    isAway: fc.boolean(),
    skews: fc.array(fc.integer({ min: -8_000, max: 4_000 }), { maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const { feed, world } = startFeed();
      const written: string[] = [];
      for (const { passes, isAway, skews } of [...steps, { passes: 1_000, isAway: false, skews: [] }]) {
        for (const skew of skews) {
          written.push(String(written.length));
          world.write(world.now + skew, world.change(String(written.length - 1)));
        }
        world.now += passes;
        world.isAway = isAway;
        await feed.look().catch(() => undefined);
      }
      // Ten times twenty seconds in a row are less than the gap that can be caught up with.
      fc.pre(world.gaps === 0);
      // A writer whose clock is ahead is met when ours gets there.
      world.now += 5_000;
      await feed.look();
      expect(world.told.sort()).toEqual(written.sort());
    }),
    propertyLimits(30_000),
  );
});
