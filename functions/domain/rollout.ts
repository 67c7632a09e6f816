import type { Rollout } from '../ports.ts';

/** Instances that are upgraded at the same time once the canary has proved itself. */
export const upgradedAtOnce = 4;
/** How long an upgraded instance may take to serve again where nothing else is said, in milliseconds. */
export const patienceMilliseconds = 60_000;
/** How long to wait before the next look where nothing says that there is news, in milliseconds. */
export const lookAgainMilliseconds = 1_000;

/** An instance that should run, is awake and whose key is accepted, as it is now. */
export interface ObservedInstance {
  id: string;
  isServing: boolean;
  /** Of what runs; `undefined` where nothing runs or its version is not known. */
  version: string | undefined;
  requestsInFlight: number;
  /** Since when it is watched with the new version, in milliseconds; always there where it was upgraded, and only there. */
  watchedSince?: number;
  /** Whether its process ended, or was not healthy, since it is watched. */
  hasFailed: boolean;
}

export interface RolloutObservation {
  /** Milliseconds, of the same clock as `watchedSince`. */
  now: number;
  instances: readonly ObservedInstance[];
  /** How long an upgraded one may take to serve again: as long as its launcher needs at worst. In milliseconds. */
  patience?: number;
}

export type RolloutStep =
  | { do: 'wait'; milliseconds: number }
  /** Give these the new version. */
  | { do: 'upgrade'; instanceIds: string[] }
  /** The canary is well: the others follow. */
  | { do: 'widen' }
  /** Something is wrong with the new version: take it back everywhere. */
  | { do: 'roll-back'; failedInstanceId: string; reason: string }
  /** Give these the previous version again, where they do not run it already. */
  | { do: 'return'; instanceIds: string[]; relaunch: string[] }
  | { do: 'finish'; status: 'done' | 'rolled_back' };

/** How many instances a rollout that goes forward is about: those that were given the version, and those still to get it. */
export function totalOf({ upgraded, version }: Rollout, { instances }: RolloutObservation): number {
  const upgradedIds = new Set(upgraded.map(({ instanceId }) => instanceId));
  return upgraded.length + instances.filter((each) => !upgradedIds.has(each.id) && isToGet(each, version)).length;
}

/** One that is being launched with the version before is upgraded when it serves; one that failed is left to its owner. */
function isToGet({ isServing, version, hasFailed }: ObservedInstance, wanted: string): boolean {
  return isServing && !hasFailed && version !== wanted;
}

/**
 * Decides the next step of a rollout that has not ended, from nothing but what is stored of it and what is observed. So it does not
 * matter who asks, how often, or whether the platform died in between. Instances that went to sleep or were stopped or deleted
 * meanwhile are not waited for: they are launched with the right version when they come back.
 */
export function decideRolloutStep(rollout: Rollout, observation: RolloutObservation): RolloutStep {
  if (rollout.status === 'rolling_back') return decideReturn(rollout, observation);
  const { now, instances, patience = patienceMilliseconds } = observation;
  const upgradedIds = new Set(rollout.upgraded.map(({ instanceId }) => instanceId));
  const upgraded = instances.filter(({ id }) => upgradedIds.has(id));
  for (const instance of upgraded) {
    const reason = reasonToGoBack(instance, now, patience);
    if (reason !== undefined) return { do: 'roll-back', failedInstanceId: instance.id, reason };
  }
  if (upgraded.some(({ isServing }) => !isServing)) return { do: 'wait', milliseconds: lookAgainMilliseconds };

  const candidates = instances
    .filter(({ id, isServing, version }) => isServing && version !== rollout.version && !upgradedIds.has(id))
    // The least busy first: fewer calls wait. Equal ones in a fixed order, so that the same question has the same answer.
    .sort((one, other) => one.requestsInFlight - other.requestsInFlight || (one.id < other.id ? -1 : 1))
    .map(({ id }) => id);
  const watchedSince = Math.max(...upgraded.map((instance) => instance.watchedSince ?? Number.NEGATIVE_INFINITY));
  const stillToWatch = watchedSince + rollout.observeSeconds * 1000 - now;
  const watch: RolloutStep = { do: 'wait', milliseconds: Math.min(lookAgainMilliseconds, stillToWatch) };

  if (rollout.status === 'canary') {
    if (upgraded.length > 0) return stillToWatch > 0 ? watch : { do: 'widen' };
    return candidates.length > 0 ? { do: 'upgrade', instanceIds: candidates.slice(0, 1) } : { do: 'finish', status: 'done' };
  }
  if (candidates.length > 0) return { do: 'upgrade', instanceIds: candidates.slice(0, upgradedAtOnce) };
  return upgraded.length > 0 && stillToWatch > 0 ? watch : { do: 'finish', status: 'done' };
}

function decideReturn({ upgraded, previousVersion }: Rollout, { instances }: RolloutObservation): RolloutStep {
  const returning = upgraded.slice(0, upgradedAtOnce).map(({ instanceId }) => instanceId);
  if (returning.length === 0) return { do: 'finish', status: 'rolled_back' };
  const relaunch = returning.filter((instanceId) => {
    const present = instances.find(({ id }) => id === instanceId);
    return present !== undefined && !(present.isServing && present.version === previousVersion);
  });
  return { do: 'return', instanceIds: returning, relaunch };
}

function reasonToGoBack(
  { isServing, hasFailed, watchedSince }: ObservedInstance,
  now: number,
  patience: number,
): string | undefined {
  if (hasFailed) return 'An instance with the new version ended or did not answer.';
  if (isServing || watchedSince === undefined || now - watchedSince <= patience) return undefined;
  return 'An instance with the new version did not come up in time.';
}

/** The version to launch an instance with while a rollout is under way. */
export function versionDuring(
  { status, version, previousVersion, upgraded }: Pick<Rollout, 'status' | 'version' | 'previousVersion' | 'upgraded'>,
  instanceId: string,
): string {
  const isUpgraded = status !== 'rolling_back' && upgraded.some((upgrade) => upgrade.instanceId === instanceId);
  return isUpgraded ? version : previousVersion;
}
