import { latencyBucketBound, latencyBuckets } from '../../../core/latency-buckets.ts';
import type { LatencyHistogram } from '../../ports.ts';

/**
 * Adds the counts of one histogram to another, in place: of other minutes, tools or processes. Quantiles of the sum are as exact as
 * those of each part.
 */
export function addLatencies(into: LatencyHistogram, added: LatencyHistogram): void {
  for (const [bucket, count] of Object.entries(added)) into[Number(bucket)] = (into[Number(bucket)] ?? 0) + count;
}

/** Calls in all buckets. */
export function callsIn(histogram: LatencyHistogram): number {
  return Object.values(histogram).reduce((sum, count) => sum + count, 0);
}

/**
 * A quantile in milliseconds, such as 0.95: the middle of the bucket of the call of that rank, at most 10% off what this call took
 * where it took from 0.1 ms to 13 minutes. `null` where there was no call.
 */
export function latencyQuantile(histogram: LatencyHistogram, quantile: number): number | null {
  const rank = Math.max(1, Math.ceil(callsIn(histogram) * quantile));
  let calls = 0;
  for (let bucket = 0; bucket < latencyBuckets; bucket += 1) {
    calls += histogram[bucket] ?? 0;
    if (calls >= rank) return middleOf(bucket);
  }
  return null;
}

/** The geometric middle, whose relative distance to both ends is the same. */
function middleOf(bucket: number): number {
  if (bucket === 0) return latencyBucketBound(0);
  if (bucket === latencyBuckets - 1) return latencyBucketBound(bucket - 1);
  return Math.round(Math.sqrt(latencyBucketBound(bucket - 1) * latencyBucketBound(bucket)) * 100) / 100;
}
