import type { InstanceSize } from '../../core/instance-configuration.ts';

/** What decides whether a warm process can serve a launch: what it runs, and the memory it has. Both are fixed at its start. */
export interface WarmKind {
  /** Version of the instance image. */
  version: string;
  size: InstanceSize;
}

/**
 * `starting`: asked for, not known to be ready. `warm`: waits for a customer. `claimed`: a launch has taken it and assigns it; nobody
 * else ever gets it. `ending`: to be ended, by nobody but the keeper. An assigned process is no longer in the pool: it belongs to its
 * instance.
 */
export type WarmState = 'starting' | 'warm' | 'claimed' | 'ending';

/** A process, container or task that runs the instance image without a customer, as the pool knows it. */
export interface WarmProcess extends WarmKind {
  /**
   * Identifier of the kind `warmProcess`. Made and stored before the process is started under it, so that a start whose outcome nobody
   * learned of is found again.
   */
  id: string;
  state: WarmState;
  /** Process id, container id or task ARN; `null` while it is not known. */
  ref: string | null;
  /** Base URL on the private network, such as `http://10.64.96.12:3000`; never `null` where it is `warm` or `claimed`. */
  address: string | null;
  /** The instance that it is claimed for; `null` in any other state. */
  instanceId: string | null;
  /** When it was asked for, and when its state changed last: ISO 8601 in UTC. */
  createdAt: string;
  changedAt: string;
}

/** Launches of one kind within one hour. */
export interface WarmDemand extends WarmKind {
  /** ISO 8601 in UTC, at the start of the hour, such as `2026-11-22T08:00:00.000Z`. */
  hour: string;
  /** Launches that got a warm process. */
  claimed: number;
  /** Launches that found none. */
  missed: number;
}

/**
 * The warm processes there are. Launches in several processes claim from it at the same time, while one keeper fills it; so every
 * change names the state that it starts from, and is refused where somebody else was faster.
 */
export interface WarmPool {
  /** Adds a process in the state `starting`. Rejects where there is one of this id. */
  put(process: WarmProcess): Promise<void>;
  /**
   * Changes a process if it is in the state `from`, atomically. Answers whether it was.
   * @param change The new state, when, and what else is known now.
   */
  change(
    id: string,
    from: WarmState,
    change: Pick<WarmProcess, 'state' | 'changedAt'> & Partial<Pick<WarmProcess, 'ref' | 'address'>>,
  ): Promise<boolean>;
  /**
   * Takes a process of this kind that is `warm`, the oldest first, and makes it `claimed` for the instance: atomically, so no two
   * launches get the same one. Answers it as it is now; `undefined` where there is none.
   */
  claim(kind: WarmKind, instanceId: string, now: string): Promise<WarmProcess | undefined>;
  /** Removes a process if it is in the state `from`, atomically. Answers whether it was. */
  remove(id: string, from: WarmState): Promise<boolean>;
  /** All of them, the oldest first. What was put or changed before is in it (a consistent read). */
  list(): Promise<WarmProcess[]>;
  /** Counts a launch in its hour. Counts of more than a day ago may be forgotten. */
  countLaunch(kind: WarmKind, outcome: 'claimed' | 'missed', now: string): Promise<void>;
  /** The hours from `since` on (ISO 8601 in UTC) in which there were launches. */
  readDemand(since: string): Promise<WarmDemand[]>;
}

/** A warm process that runs, as its launcher sees it. */
export interface RunningWarmProcess {
  id: string;
  ref: string;
  /** Base URL; `undefined` until it can be assigned. */
  address: string | undefined;
  /** When it was started, ISO 8601 in UTC. */
  startedAt: string;
}

/** Starts and ends warm processes: the launcher's side of the pool. */
export interface WarmProcessStarter {
  /**
   * Starts a process under the id. Asked twice for the same id it starts one. Answers as soon as it knows what was started: `address`
   * is missing where the process still has to come up. Rejects where it could not be started; nothing is left running then.
   */
  start(process: Pick<WarmProcess, 'id' | 'version' | 'size'>): Promise<{ ref: string; address?: string }>;
  /** All that run and belong to no instance, whoever started them. */
  list(): Promise<RunningWarmProcess[]>;
  /** Ends the process of this id. No error where there is none; one that belongs to an instance is left alone. */
  end(id: string): Promise<void>;
}
