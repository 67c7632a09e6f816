import type { Instance, Route, RunningProcess, RunningWarmProcess, StoredResources, WarmProcess } from '../../ports.ts';
import type { OrphanKind } from '../orphans.ts';

export type ObservedInstance = Pick<
  Instance,
  'id' | 'workspaceId' | 'keyId' | 'desiredState' | 'status' | 'runtime' | 'replicas' | 'maxReplicas' | 'updatedAt'
>;

/** A route without the tokens in it. */
export type ObservedRoute = Pick<Route, 'instanceId' | 'workspaceId' | 'address'> & {
  /** Addresses of the replicas. */
  replicas: readonly string[];
};

/** A process that the platform recorded when it launched it, that lives, and that the launcher does not know. */
export interface LeftoverProcess {
  /** `null` for one that waited for its customer. */
  instanceId: string | null;
  processId: number;
}

/** Everything that exists, as it was seen at one time or shortly after. */
export interface Snapshot {
  /** When, in milliseconds since 1970. */
  now: number;
  instances: readonly ObservedInstance[];
  processes: readonly RunningProcess[];
  leftovers: readonly LeftoverProcess[];
  /** What waits for a customer: what the pool knows, read before what runs. Missing where there is no pool. */
  warm?: { known: readonly WarmProcess[]; running: readonly RunningWarmProcess[] };
  routes: readonly ObservedRoute[];
  /** Ids of the instances for which a token is kept that the router presents to them. */
  accessTokens: readonly string[];
  stored: StoredResources;
  /** How many orphans of each kind an operator has confirmed; missing where any number is ended. */
  confirmedOrphans?: number;
  /** Names of those that were ended within the last hour and that nobody confirmed. */
  endedOrphans?(kind: OrphanKind): ReadonlySet<string>;
  /** Whether an operation or a repair is under way for the instance, or its next start is set and waits for its time. */
  isLookedAfter(instanceId: string): boolean;
}

/** Longest time an operation takes: the time limit of the state machine and a minute for its last step. */
export const operationMilliseconds = 11 * 60_000;

/** Whether nothing of the instance may run; undecided (`false`) while it moves from one state to another. */
export function mayNotRun({ desiredState, status }: ObservedInstance): boolean {
  if (status === 'suspended' || status === 'sleeping' || status === 'stopped') return true;
  return desiredState === 'running' && (status === 'failed' || status === 'unauthenticated');
}

/** Whether the instance is shown as being changed, by an operation that has its time. */
export function isPassing({ status, desiredState }: ObservedInstance): boolean {
  return status === 'provisioning' || status === 'restarting' || status === 'stopping' || desiredState === 'deleted';
}

/** Instances by id. */
export function instancesById(instances: readonly ObservedInstance[]): ReadonlyMap<string, ObservedInstance> {
  return new Map(instances.map((instance) => [instance.id, instance]));
}

/** Name of a process within its instance. */
export function processName(replica = 0): string {
  return replica === 0 ? 'the first process' : `replica ${replica}`;
}
