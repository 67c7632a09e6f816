import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { propertyLimits } from '../../../property-limits.ts';
import { World } from './world.ts';

const limits = {
  minimum: 2,
  maximum: 4,
  replacementSeconds: 60,
  startsAtOnce: 2,
  longestWaitSeconds: 3600,
  longestStartSeconds: 300,
  longestClaimSeconds: 120,
};
const stateOf = async ({ pool }: World) => (await pool.list()).map(({ version, state }) => `${version} ${state}`).sort();

describe('the keeper of the warm pool', () => {
  it('fills it, a few at a time, and starts no more than it may', async () => {
    const world = new World({ ...limits, minimum: 9 }, true);
    await world.keep();
    expect(await stateOf(world)).toEqual(['v1 starting', 'v1 starting']);
    for (const process of world.running.values()) process.isReady = true;
    await world.keep();
    expect(await stateOf(world)).toEqual(['v1 starting', 'v1 starting', 'v1 warm', 'v1 warm']);
    for (const process of world.running.values()) process.isReady = true;
    await world.keep();
    expect(await stateOf(world)).toEqual(Array(4).fill('v1 warm'));
    expect(world.starts).toBe(4);
  });

  it('replaces what launches take, and wants more after launches that found none', async () => {
    const world = new World(limits, false);
    await world.keep();
    expect(await Promise.all([1, 2, 3].map((number) => world.launch(`ins_${number}`, 'assigned')))).toEqual([
      expect.any(String),
      expect.any(String),
      undefined,
    ]);
    await world.keep();
    // Three launches an hour need one while another is replaced; the one that found none is added.
    expect(await world.waiting()).toHaveLength(2);
    await world.launch('ins_4', 'failed');
    await world.launch('ins_5', 'failed');
    await world.keep();
    expect((await world.waiting()).length).toBeGreaterThan(2);
  });

  it('ends what was claimed and never assigned, and what a launch could not assign', async () => {
    const world = new World(limits, false);
    await world.keep();
    await world.launch('ins_1', 'assigned', { afterCalls: 1, isEffective: true });
    expect(await stateOf(world)).toEqual(['v1 claimed', 'v1 warm']);
    await world.keep();
    world.now += 121_000;
    const claimed = (await world.pool.list()).find(({ state }) => state === 'claimed')?.id ?? '';
    expect(world.running.has(claimed)).toBe(true);
    await world.keep();
    expect(world.running.has(claimed)).toBe(false);
    expect(await stateOf(world)).toEqual(['v1 warm', 'v1 warm']);
  });

  it('leaves a process to its instance that was assigned by a launcher which died before it could say so', async () => {
    const world = new World(limits, false);
    await world.keep();
    await world.launch('ins_1', 'assigned', { afterCalls: 2, isEffective: true });
    world.now += 121_000;
    await world.keep();
    expect([...world.running.values()].filter(({ owner }) => owner === 'ins_1')).toHaveLength(1);
    expect(await stateOf(world)).toEqual(['v1 warm', 'v1 warm']);
  });

  it('ends those of versions that nobody asks for any more, and old ones, one at a time', async () => {
    const world = new World(limits, false);
    await world.keep();
    world.kinds = [{ version: 'v2', size: 'small' }];
    await world.keep();
    expect(await stateOf(world)).toEqual(['v2 warm', 'v2 warm']);
    const before = new Set((await world.waiting()).map(({ id }) => id));
    world.now += 3_601_000;
    let fewest = 9;
    const { end } = world.starter;
    world.starter.end = async (id) => {
      await end(id);
      fewest = Math.min(fewest, world.running.size);
    };
    await world.keep();
    expect((await world.waiting()).filter(({ id }) => before.has(id))).toEqual([]);
    expect(fewest).toBeGreaterThan(0);
  });

  it('ends what did not come up in time, and what runs without being known', async () => {
    const world = new World(limits, true);
    await world.keep();
    const stuck = [...world.running.keys()];
    world.running.set('wrm_lost', { id: 'wrm_lost', version: 'v1', size: 'small', startedAt: world.now, isReady: true });
    await world.keep();
    expect(world.running.has('wrm_lost')).toBe(true);
    world.now += 301_000;
    await world.keep();
    expect([...world.running.keys()].filter((id) => stuck.includes(id) || id === 'wrm_lost')).toEqual([]);
  });

  it('pauses longer and longer where processes cannot be started, or die while they wait', async () => {
    const world = new World(limits, false);
    world.failsToStart = true;
    for (let second = 0; second < 120; second += 1) {
      await world.keep();
      world.now += 1000;
    }
    // What fails together counts once: two at first, and then one after each pause of 1, 2, 4, 8, 16 and 32 s, the next being 64 s.
    expect(world.reports.filter((message) => message.includes('could not be started'))).toHaveLength(8);
    expect(await world.pool.list()).toEqual([]);

    world.failsToStart = false;
    world.now += 3_600_000;
    for (let second = 0; second < 60; second += 1) {
      await world.keep();
      world.running.clear();
      world.now += 1000;
    }
    expect(world.starts).toBeLessThan(20);
  });

  it('looks once more where it is asked while it works', async () => {
    const world = new World(limits, false);
    await Promise.all([world.keep(), world.keep(), world.keep()]);
    expect(await stateOf(world)).toEqual(['v1 warm', 'v1 warm']);
  });
});

const death = fc.record({ afterCalls: fc.integer({ min: 1, max: 14 }), isEffective: fc.boolean() });
const step = fc.oneof(
  fc.record({ kind: fc.constant('keep' as const), death: fc.option(death, { nil: undefined }) }),
  fc.record({
    kind: fc.constant('launch' as const),
    outcome: fc.constantFrom('assigned' as const, 'assigned' as const, 'failed' as const),
    count: fc.integer({ min: 1, max: 4 }),
    death: fc.option(fc.record({ afterCalls: fc.integer({ min: 1, max: 4 }), isEffective: fc.boolean() }), { nil: undefined }),
    besideKeeper: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('time' as const), seconds: fc.constantFrom(1, 30, 130, 400, 4000) }),
  fc.record({ kind: fc.constant('ready' as const) }),
  fc.record({ kind: fc.constant('die' as const), which: fc.nat(10) }),
  fc.record({ kind: fc.constant('version' as const), version: fc.constantFrom('v1', 'v2', 'v3') }),
  fc.record({ kind: fc.constant('no-room' as const), isFull: fc.boolean() }),
);

describe('the number of starts at once', () => {
  const { startsAtOnce: _, ...size } = { ...limits, longestStartSeconds: 300 };

  it('is what is missing, up to a second of what Fargate launches', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 90 }), async (minimum, maximum) => {
        const world = new World({ ...size, minimum, maximum }, true);
        const wanted = Math.min(minimum, maximum);
        let rounds = 0;
        for (let missing = wanted; missing > 0; missing = wanted - world.running.size, rounds += 1) {
          const before = world.starts;
          await world.keep();
          expect(world.starts - before).toBe(Math.min(missing, 20));
          // Asked again while they start, it starts no more than fit beside them.
          await world.keep();
          const starting = (await world.pool.list()).filter(({ state }) => state === 'starting').length;
          expect(starting).toBeLessThanOrEqual(20);
          for (const process of world.running.values()) process.isReady = true;
        }
        expect(rounds).toBe(Math.ceil(wanted / 20));
        expect(world.mostWaiting).toBeLessThanOrEqual(maximum);
      }),
      { numRuns: 60, ...propertyLimits(30_000) },
    );
  });

  it('is halved by each round of failures, and whole again when they are long past', async () => {
    const world = new World({ ...size, minimum: 40, maximum: 40 }, true);
    world.failsToStart = true;
    const tried: number[] = [];
    for (let second = 0; second < 40; second += 1) {
      const before = world.reports.length;
      await world.keep();
      if (world.reports.length > before) tried.push(world.reports.length - before);
      world.now += 1000;
    }
    expect(tried).toEqual([20, 10, 5, 2, 1, 1]);
    world.failsToStart = false;
    world.now += 3_600_000;
    await world.keep();
    expect(world.starts).toBe(20);
  });
});

describe('whatever dies, and when', () => {
  it('there are never more than the limit, none is given twice, and in the end nothing is left over', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.boolean(), async (steps, areSlow) => {
        const world = new World(limits, areSlow);
        let launches = 0;
        for (const next of steps) {
          if (next.kind === 'keep') await world.keep(next.death && { ...next.death });
          else if (next.kind === 'time') world.now += next.seconds * 1000;
          else if (next.kind === 'ready') for (const process of world.running.values()) process.isReady = true;
          else if (next.kind === 'version') world.kinds = [{ version: next.version, size: 'small' }];
          else if (next.kind === 'no-room') world.failsToStart = next.isFull;
          else if (next.kind === 'die') {
            const waiting = await world.waiting();
            const dead = waiting[next.which % Math.max(1, waiting.length)];
            if (dead) world.running.delete(dead.id);
          } else {
            const work: Promise<unknown>[] = Array.from({ length: next.count }, () => {
              launches += 1;
              return world.launch(`ins_${launches}`, next.outcome, next.death && { ...next.death });
            });
            if (next.besideKeeper) work.push(world.keep());
            await Promise.all(work);
          }
          expect(world.mostWaiting).toBeLessThanOrEqual(limits.maximum);
        }
        world.failsToStart = false;
        for (let time = 0; time < 8; time += 1) {
          world.now += 700_000;
          for (const process of world.running.values()) process.isReady = true;
          await world.keep();
        }
        for (const process of world.running.values()) process.isReady = true;
        await world.keep();
        const known = await world.pool.list();
        expect(known.every(({ state, version }) => state === 'warm' && version === world.kinds[0]?.version)).toBe(true);
        expect(known.map(({ id }) => id).sort()).toEqual((await world.waiting()).map(({ id }) => id).sort());
        expect(known.length).toBeGreaterThanOrEqual(limits.minimum);
        expect(known.length).toBeLessThanOrEqual(limits.maximum);
      }),
      { numRuns: Number(process.env.PROPERTY_RUNS ?? 150), ...propertyLimits(30_000) },
    );
  });
});
