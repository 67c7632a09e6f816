import type { Page, PageRequest } from './time-and-pages.ts';

/**
 * How far a rollout is. `canary`: one instance runs the new version and is watched. `rolling`: the others follow. `rolling_back`: those
 * that run the new version are taken back. The others are ends.
 */
export type RolloutStatus = 'canary' | 'rolling' | 'rolling_back' | 'done' | 'rolled_back' | 'failed';

/** The way of one version of the instance image through all running instances. At most one is under way at a time. */
export interface Rollout {
  id: string;
  version: string;
  /** What all ran before, and run again where it is rolled back. */
  previousVersion: string;
  status: RolloutStatus;
  /** How long the canary, and at the end all, are watched before the rollout goes on. */
  observeSeconds: number;
  /** The instances that were given the new version, in their order; the first is the canary. */
  upgraded: { instanceId: string; at: string }[];
  /** How many instances were given the version or are still to get it; one that falls asleep before takes it when it wakes. */
  total: number;
  /** The instance whose health made it go back. */
  failedInstanceId: string | null;
  /** Why it goes or went back, or failed, in words. */
  reason: string | null;
  startedAt: string;
  endedAt: string | null;
}

export interface RolloutStore {
  create(rollout: Rollout): Promise<void>;
  find(rolloutId: string): Promise<Rollout | undefined>;
  list(page: PageRequest): Promise<Page<Rollout>>;
  /** The one that has not ended; there is at most one. */
  findActive(): Promise<Rollout | undefined>;
  /**
   * Answers `false`, and changes nothing, where it has ended: by somebody who has taken over from whoever asks, or by an earlier attempt whose
   * answer was lost.
   */
  update(
    rolloutId: string,
    change: Partial<Pick<Rollout, 'status' | 'upgraded' | 'total' | 'failedInstanceId' | 'reason' | 'endedAt'>>,
  ): Promise<boolean>;
}

export interface InstalledVersion {
  /** Derived from the content: the same program has the same version. */
  version: string;
  installedAt: string;
}

/** The versions of the instance image that are there to be launched. */
export interface InstanceVersions {
  /**
   * Installs what the release of the platform brings now, where it is not installed yet. Answers its version, `undefined` where the
   * release brings none, as when the platform runs from its sources. Where nothing was current, it becomes the current version.
   */
  installRelease(): Promise<string | undefined>;
  /** Newest first. */
  list(): Promise<InstalledVersion[]>;
  /** What instances are launched with where no rollout says otherwise; `undefined` where nothing is installed. */
  current(): Promise<string | undefined>;
  makeCurrent(version: string): Promise<void>;
  /** Removes the versions that neither run nor are current, but keeps the one that was current before. */
  removeUnused(running: ReadonlySet<string>): Promise<void>;
}

/** What operators do with rollouts. */
export interface RolloutControl {
  /**
   * Begins to roll a version through all running instances: an installed one or, without one, what the release brings. Rejects with
   * ProblemError `conflict` where one is under way or the release brings none, and `not-found` where the version is not installed.
   */
  begin(version?: string): Promise<Rollout>;
  /** Takes the instances back that have the new version. Rejects with ProblemError `not-found`, or `conflict` where it has ended. */
  cancel(rolloutId: string): Promise<Rollout>;
  list(page: PageRequest): Promise<Page<Rollout>>;
  versions(): Promise<{ current: string | null; items: InstalledVersion[] }>;
}
