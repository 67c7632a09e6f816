import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../../../../container/router/fairness/token-bucket.ts';

describe('a token bucket', () => {
  it('lets a burst pass, then so many a second', () => {
    const bucket = new TokenBucket(10, 20, 0);
    for (let unit = 0; unit < 20; unit += 1) {
      expect(bucket.has(1, 0)).toBe(true);
      bucket.take(1);
    }
    expect(bucket.has(1, 0)).toBe(false);
    expect(bucket.has(1, 99)).toBe(false);
    expect(bucket.has(1, 100)).toBe(true);
    expect(bucket.has(2, 100)).toBe(false);
    expect(bucket.isFull(1_999)).toBe(false);
    expect(bucket.isFull(2_000)).toBe(true);
  });

  it('lets what is larger than itself pass when it is full, and has that made up for', () => {
    const bucket = new TokenBucket(10, 20, 0);
    expect(bucket.has(50, 0)).toBe(true);
    bucket.take(50);
    expect(bucket.has(1, 3_000)).toBe(false);
    expect(bucket.has(1, 3_100)).toBe(true);
  });

  it('never lets more pass in any time than the burst and the rate allow, whatever is asked when', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.record({ after: fc.nat({ max: 500 }), units: fc.integer({ min: 1, max: 10 }) }), { maxLength: 100 }),
        (perSecond, capacity, steps) => {
          const bucket = new TokenBucket(perSecond, capacity, 0);
          const passed: { at: number; units: number }[] = [];
          let now = 0;
          for (const { after, units } of steps) {
            now += after;
            if (units > capacity || !bucket.has(units, now)) continue;
            bucket.take(units);
            passed.push({ at: now, units });
          }
          for (const [index, first] of passed.entries()) {
            let sum = 0;
            for (const { at, units } of passed.slice(index)) {
              sum += units;
              expect(sum).toBeLessThanOrEqual(capacity + ((at - first.at) * perSecond) / 1000 + 1e-6);
            }
          }
        },
      ),
    ));
});
