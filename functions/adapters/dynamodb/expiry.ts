/** Seconds of one day. */
export const day = 24 * 60 * 60;

/**
 * Value of the attribute `ttl` with which DynamoDB deletes an item so long after a time: Unix time in seconds. It does so without
 * charge, but within days and not at the moment, so whoever reads must not rely on it.
 *
 * @param time ISO 8601 in UTC.
 */
export function expiresAfter(time: string, seconds: number): number {
  return Math.ceil(Date.parse(time) / 1000) + seconds;
}
