/**
 * The buckets in which latencies are counted, the same in every process and for every tool, so that counts of different minutes, tools and
 * processes can be added. They grow by the same factor, which bounds the relative error of every quantile that is read from them.
 */

/** Buckets for each doubling: neighbours differ by a factor of 2^(1/4), 1.19. */
const bucketsPerDoubling = 4;
const smallestBoundMs = 0.1;
/** Enough for 0.1 ms to 13 minutes, beyond every deadline a call has. */
const boundedBuckets = 92;

const bounds = Float64Array.from({ length: boundedBuckets }, (_, index) => smallestBoundMs * 2 ** (index / bucketsPerDoubling));

/** Number of buckets; the last one takes everything beyond the largest bound. */
export const latencyBuckets = boundedBuckets + 1;

/** The bucket of a duration in milliseconds. Bucket `i` holds what is above the bound of `i - 1` and at most its own. */
export function latencyBucketOf(milliseconds: number): number {
  if (!(milliseconds > smallestBoundMs)) return 0;
  const estimate = Math.ceil(Math.log2(milliseconds / smallestBoundMs) * bucketsPerDoubling);
  const index = Math.min(estimate, boundedBuckets);
  // The logarithm of a value at a bound can be off by the last bit.
  if (index > 0 && milliseconds <= latencyBucketBound(index - 1)) return index - 1;
  return milliseconds > latencyBucketBound(index) ? index + 1 : index;
}

/** Largest duration of a bucket in milliseconds; `Infinity` for the last one. */
export function latencyBucketBound(index: number): number {
  return bounds[index] ?? Number.POSITIVE_INFINITY;
}

/** The bound as it stands in Prometheus text: in seconds, with six digits. */
export function latencyBucketLabel(index: number): string {
  const bound = latencyBucketBound(index);
  return bound === Number.POSITIVE_INFINITY ? '+Inf' : String(Number((bound / 1000).toPrecision(6)));
}

const indexByLabel = new Map(Array.from({ length: latencyBuckets }, (_, index) => [latencyBucketLabel(index), index]));

/** The bucket with this label; `undefined` for a label that is none of ours. */
export function latencyBucketLabelled(label: string): number | undefined {
  return indexByLabel.get(label);
}
