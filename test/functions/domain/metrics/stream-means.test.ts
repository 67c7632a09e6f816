import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamMeans } from '../../../../functions/domain/metrics/stream-means.ts';

const minute = 60;
const steps = (length: number, counted: Record<number, number>) => Array.from({ length }, (_, step) => counted[step] ?? 0);

describe('the mean of open streams', () => {
  it('is what was counted in a step, where each step was counted', () => {
    expect(streamMeans([0, 30, 60, 120, 180], minute)).toEqual([null, 0.5, 1, 2, 3]);
    expect(streamMeans([1800, 7200, 0], 3600)).toEqual([0.5, 2, null]);
  });

  it('is one for one stream that is told of every quarter of an hour, and no fifteen now and then', () => {
    const means = streamMeans(steps(40, { 4: 900, 19: 900, 34: 900, 37: 180 }), minute);
    expect(means).toEqual([...Array(38).fill(1), null, null]);
  });

  it('is three for three', () => {
    expect(streamMeans(steps(30, { 14: 2700, 29: 2700 }), minute)).toEqual(Array(30).fill(3));
  });

  it('never makes more of what was counted, and at most a quarter of an hour earlier', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant(0), fc.nat(5_000)), { maxLength: 60 }), (counted) => {
        const means = streamMeans(counted, minute);
        const sum = means.reduce<number>((total, mean) => total + (mean ?? 0) * minute, 0);
        expect(sum).toBeLessThanOrEqual(counted.reduce((total, seconds) => total + seconds, 0) + 1e-6);
        for (const [step, mean] of means.entries()) {
          if (mean !== null) expect(counted.slice(step, step + 15).some((seconds) => seconds > 0)).toBe(true);
        }
      }),
    );
  });
});
