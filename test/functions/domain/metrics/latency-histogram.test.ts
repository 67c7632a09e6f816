import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  latencyBucketBound,
  latencyBucketLabel,
  latencyBucketLabelled,
  latencyBucketOf,
  latencyBuckets,
} from '../../../../core/latency-buckets.ts';
import { addLatencies, callsIn, latencyQuantile } from '../../../../functions/domain/metrics/latency-histogram.ts';
import type { LatencyHistogram } from '../../../../functions/ports.ts';

function histogramOf(durations: readonly number[]): LatencyHistogram {
  const histogram: LatencyHistogram = {};
  for (const duration of durations) addLatencies(histogram, { [latencyBucketOf(duration)]: 1 });
  return histogram;
}

/** From 0.1 ms to 13 minutes, evenly on a logarithmic scale. */
const duration = fc.double({ min: -1, max: 5.89, noNaN: true }).map((exponent) => 10 ** exponent);
const quantile = fc.constantFrom(0.5, 0.95, 0.99, 1, 0.001);

describe('latency buckets', () => {
  it('hold every duration between their bounds, and one at a bound below it', () =>
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (milliseconds) => {
        const bucket = latencyBucketOf(milliseconds);
        expect(milliseconds).toBeLessThanOrEqual(latencyBucketBound(bucket));
        if (bucket > 0) expect(milliseconds).toBeGreaterThan(latencyBucketBound(bucket - 1));
      }),
    ));

  it('take their own bound, and have a label that leads back to them', () => {
    for (let bucket = 0; bucket < latencyBuckets; bucket += 1) {
      if (bucket < latencyBuckets - 1) expect(latencyBucketOf(latencyBucketBound(bucket))).toBe(bucket);
      expect(latencyBucketLabelled(latencyBucketLabel(bucket))).toBe(bucket);
    }
    expect([latencyBucketLabelled('0.3'), latencyBucketOf(Number.NaN), latencyBucketOf(-1)]).toEqual([undefined, 0, 0]);
  });
});

describe('quantiles', () => {
  it('are at most 10% off those of the durations themselves', () =>
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1, maxLength: 200 }), quantile, (durations, share) => {
        const sorted = durations.toSorted((one, other) => one - other);
        const exact = sorted[Math.max(1, Math.ceil(sorted.length * share)) - 1] as number;
        const told = latencyQuantile(histogramOf(durations), share) as number;
        // Told with two decimals, which matters for the smallest.
        expect(Math.abs(told - exact)).toBeLessThanOrEqual(exact * 0.1 + 0.005);
      }),
    ));

  it('of a sum are those of all its durations, however they were divided', () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(duration, fc.nat({ max: 3 }))), quantile, (parts, share) => {
        const sum: LatencyHistogram = {};
        for (const part of [0, 1, 2, 3]) {
          addLatencies(sum, histogramOf(parts.filter(([, number]) => number === part).map(([each]) => each)));
        }
        const whole = histogramOf(parts.map(([each]) => each));
        expect(sum).toEqual(whole);
        expect(callsIn(sum)).toBe(parts.length);
        expect(latencyQuantile(sum, share)).toBe(latencyQuantile(whole, share));
      }),
    ));

  it('of nothing are none', () => {
    expect(latencyQuantile({}, 0.5)).toBeNull();
  });
});
