import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InstanceSize, instanceSizes } from '../../../core/instance-configuration.ts';
import { decideScale, type Load, processesOf, type Scale, type ScalingBounds } from '../../../functions/domain/scaling.ts';

const mebibyte = 1024 * 1024;
const memoryBytes = { small: 200 * mebibyte, medium: 330 * mebibyte, large: 590 * mebibyte };
const bounds: ScalingBounds = {
  maxReplicas: 4,
  smallestSize: 'small',
  largestSize: 'large',
  memoryBytes,
  secondsSinceChange: null,
  growCooldownSeconds: 60,
  shrinkCooldownSeconds: 600,
};
const idle: Load = {
  cpuCores: 0,
  callsPerSecond: 0,
  requestsInFlight: 0,
  p95Milliseconds: null,
  sessions: 0,
  memoryBytes: 80 * mebibyte,
  outOfMemoryEnds: 0,
};

const sizes = fc.constantFrom(...instanceSizes);
const scales: fc.Arbitrary<Scale> = fc.record({ size: sizes, replicas: fc.integer({ min: 1, max: 8 }) });
const known = (max: number) => fc.option(fc.double({ min: 0, max, noNaN: true }), { nil: null });
const loads: fc.Arbitrary<Load> = fc.record({
  cpuCores: known(10),
  callsPerSecond: known(2000),
  requestsInFlight: known(500),
  p95Milliseconds: known(60_000),
  sessions: known(10_000),
  memoryBytes: known(800 * mebibyte),
  outOfMemoryEnds: fc.constant(0),
});
const allBounds: fc.Arbitrary<ScalingBounds> = fc
  .record({ maxReplicas: fc.integer({ min: 1, max: 8 }), ends: fc.tuple(fc.nat(2), fc.nat(2)), since: known(2000) })
  .map(({ maxReplicas, ends, since }) => ({
    ...bounds,
    maxReplicas,
    smallestSize: instanceSizes[Math.min(...ends)] as InstanceSize,
    largestSize: instanceSizes[Math.max(...ends)] as InstanceSize,
    secondsSinceChange: since,
  }));

const scaleOf = ({ size, replicas }: Scale): Scale => ({ size, replicas });
const sizeIndex = (size: InstanceSize) => instanceSizes.indexOf(size);

describe('a scaling decision', () => {
  it.each<[string, Partial<Load>, Scale, Scale, RegExp]>([
    ['leaves alone what has little to do', {}, { size: 'small', replicas: 1 }, { size: 'small', replicas: 1 }, /suits its load/],
    [
      'adds processes where those there are busy',
      { cpuCores: 1.5 },
      { size: 'small', replicas: 1 },
      { size: 'small', replicas: 3 },
      /busy, so 3 processes/,
    ],
    [
      'adds processes for calls that wait',
      { requestsInFlight: 30 },
      { size: 'small', replicas: 1 },
      { size: 'small', replicas: 2 },
      /waited/,
    ],
    [
      'adds processes for many calls a second',
      { callsPerSecond: 65 },
      { size: 'small', replicas: 1 },
      { size: 'small', replicas: 2 },
      /many calls a second/,
    ],
    [
      'adds one where the event loop is busy for most of the time, as with lists of tools',
      { cpuCores: 0.65 },
      { size: 'small', replicas: 1 },
      { size: 'small', replicas: 2 },
      /busy/,
    ],
    [
      'adds processes for many sessions',
      { sessions: 3500 },
      { size: 'small', replicas: 1 },
      { size: 'small', replicas: 4 },
      /sessions/,
    ],
    [
      'adds one earlier where calls are slow',
      { cpuCores: 0.6, p95Milliseconds: 3000 },
      { size: 'small', replicas: 1 },
      { size: 'small', replicas: 2 },
      /busy/,
    ],
    [
      'does not where they are slow but the processor is idle',
      { cpuCores: 0.1, p95Milliseconds: 30_000 },
      { size: 'small', replicas: 1 },
      { size: 'small', replicas: 1 },
      /suits/,
    ],
    [
      'never has more processes than allowed',
      { cpuCores: 40 },
      { size: 'small', replicas: 1 },
      { size: 'small', replicas: 4 },
      /4 processes/,
    ],
    ['takes away what has nothing to do', {}, { size: 'small', replicas: 3 }, { size: 'small', replicas: 1 }, /little to do/],
    [
      'keeps what is between the marks',
      { cpuCores: 0.9 },
      { size: 'small', replicas: 2 },
      { size: 'small', replicas: 2 },
      /suits/,
    ],
    [
      'grows the class before the memory is used up',
      { memoryBytes: 180 * mebibyte },
      { size: 'small', replicas: 1 },
      { size: 'medium', replicas: 1 },
      /class medium/,
    ],
    [
      'shrinks the class where half of a smaller one suffices',
      {},
      { size: 'large', replicas: 1 },
      { size: 'small', replicas: 1 },
      /class small/,
    ],
  ])('%s', (_what, load, now, then, reason) => {
    const decision = decideScale({ ...idle, ...load }, now, bounds);
    expect(scaleOf(decision)).toEqual(then);
    expect(decision.reason).toMatch(reason);
  });

  it('gives more memory at once after an end for lack of it, then one more process, then says that there is nothing left', () => {
    const lacking = { ...idle, outOfMemoryEnds: 1 };
    const justChanged = { ...bounds, maxReplicas: 2, secondsSinceChange: 0 };
    const steps: Scale[] = [];
    let scale: Scale = { size: 'small', replicas: 1 };
    for (let step = 0; step < 5; step += 1) {
      scale = scaleOf(decideScale(lacking, scale, justChanged));
      steps.push(scale);
    }
    expect(steps).toEqual([
      { size: 'medium', replicas: 1 },
      { size: 'large', replicas: 1 },
      { size: 'large', replicas: 2 },
      { size: 'large', replicas: 2 },
      { size: 'large', replicas: 2 },
    ]);
    expect(decideScale(lacking, scale, justChanged).reason).toContain('as many processes as it may');
  });

  it('gives a change its time: a minute before more is added, ten before anything is taken away', () => {
    const busy = { ...idle, cpuCores: 2 };
    const one: Scale = { size: 'small', replicas: 1 };
    const four: Scale = { size: 'small', replicas: 4 };
    const changedBefore = (secondsSinceChange: number) => ({ ...bounds, secondsSinceChange });
    expect(decideScale(busy, one, changedBefore(59)).replicas).toBe(1);
    expect(decideScale(busy, one, changedBefore(60)).replicas).toBe(4);
    expect(decideScale(idle, four, changedBefore(599)).replicas).toBe(4);
    expect(decideScale(idle, four, changedBefore(600)).replicas).toBe(1);
  });

  it('takes nothing away where nothing is known', () => {
    const unknown: Load = {
      ...{ cpuCores: null, callsPerSecond: null, requestsInFlight: null, p95Milliseconds: null, sessions: null },
      ...{ memoryBytes: null, outOfMemoryEnds: 0 },
    };
    expect(scaleOf(decideScale(unknown, { size: 'large', replicas: 3 }, bounds))).toEqual({ size: 'large', replicas: 3 });
  });

  it('keeps to the bounds, whatever was', () => {
    fc.assert(
      fc.property(loads, scales, allBounds, fc.nat(2), (load, now, limits, outOfMemoryEnds) => {
        const { size, replicas, reason } = decideScale({ ...load, outOfMemoryEnds }, now, limits);
        expect(replicas).toBeGreaterThanOrEqual(1);
        expect(replicas).toBeLessThanOrEqual(limits.maxReplicas);
        expect(sizeIndex(size)).toBeGreaterThanOrEqual(sizeIndex(limits.smallestSize));
        expect(sizeIndex(size)).toBeLessThanOrEqual(sizeIndex(limits.largestSize));
        expect(reason).toMatch(/^[A-Z].*\.$/);
      }),
    );
  });

  it('never flaps: for a constant load the second decision is the first one again', () => {
    fc.assert(
      fc.property(loads, scales, allBounds, (load, now, limits) => {
        const free = { ...limits, secondsSinceChange: null };
        const first = scaleOf(decideScale(load, now, free));
        expect(scaleOf(decideScale(load, first, free))).toEqual(first);
      }),
    );
  });

  it('never answers less for more load', () => {
    fc.assert(
      fc.property(loads, loads, scales, allBounds, (one, other, now, limits) => {
        const more = Object.fromEntries(
          (Object.keys(one) as (keyof Load)[]).map((signal) => [
            signal,
            one[signal] === null ? null : Math.max(one[signal], other[signal] ?? 0),
          ]),
        ) as unknown as Load;
        const [less, greater] = [decideScale(one, now, limits), decideScale(more, now, limits)];
        expect(greater.replicas).toBeGreaterThanOrEqual(less.replicas);
        expect(sizeIndex(greater.size)).toBeGreaterThanOrEqual(sizeIndex(less.size));
      }),
    );
  });
});

it('an instance has at least one process, and never more than its owner allows', () => {
  expect([
    processesOf({ replicas: 0, maxReplicas: 4 }),
    processesOf({ replicas: 3, maxReplicas: 4 }),
    processesOf({ replicas: 5, maxReplicas: 2 }),
  ]).toEqual([1, 3, 2]);
});
