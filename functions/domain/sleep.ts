import type { Instance, InstanceActivity } from '../ports.ts';

/** What a plan says about sleeping. Without a plan, the instance's own setting decides. */
export interface SleepRules {
  /** Instances of this plan are always awake. */
  neverSleeps: boolean;
}

/** Seconds without a call after which the instance is put to sleep; `null` for never. */
export function sleepAfter({ sleepAfterSeconds }: Pick<Instance, 'sleepAfterSeconds'>, plan?: SleepRules): number | null {
  return plan?.neverSleeps === true ? null : sleepAfterSeconds;
}

/**
 * Whether an instance had no call for long enough. Never while a request waits for its answer; standing streams count for nothing,
 * as some clients never close theirs. An instance is given its whole time after it came up, whoever asked for that.
 * @param upSince When it came up, in milliseconds since 1970, as `now`.
 */
export function isIdle(
  activity: Pick<InstanceActivity, 'lastRequestAt' | 'requestsInFlight'>,
  { now, upSince, afterSeconds }: { now: number; upSince: number; afterSeconds: number | null },
): boolean {
  if (afterSeconds === null || activity.requestsInFlight > 0) return false;
  return now - Math.max(upSince, activity.lastRequestAt ?? upSince) >= afterSeconds * 1000;
}
