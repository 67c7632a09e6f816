import { processesOf } from '../domain/scaling.ts';
import type { Instance, Route, RunningProcess } from '../ports.ts';

/** What is to be done so that an instance that runs has the processes it should have. Replicas count from 1. */
export interface ReplicaPlan {
  /** Replicas that run and are not wanted. */
  excess: number[];
  /** Replicas that are wanted and do not run, or run where the router cannot reach them: their token is known to nobody. */
  missing: number[];
  /** Replicas that run, but with another version or part of the rate limit than they should. */
  outdated: number[];
  /** Whether the first process has another part of the rate limit than it should. */
  isFirstOutdated: boolean;
  /** Whether the router knows a way to a replica that does not run. */
  hasStrayTargets: boolean;
}

/**
 * Compares an instance that runs with its processes. Pure.
 * @param running The instance's own processes.
 */
export function planReplicas(
  instance: Pick<Instance, 'replicas' | 'maxReplicas' | 'runtime'>,
  running: readonly RunningProcess[],
  route: Pick<Route, 'replicas'>,
): ReplicaPlan {
  const wanted = processesOf(instance);
  const byReplica = new Map(running.map(({ replica = 0, runtime }) => [replica, runtime]));
  const addresses = new Set(running.map(({ runtime }) => runtime.address));
  const reachable = new Set((route.replicas ?? []).map(({ address }) => address));
  const plan: ReplicaPlan = {
    excess: [...byReplica.keys()].filter((replica) => replica >= wanted).sort((one, other) => one - other),
    missing: [],
    outdated: [],
    isFirstOutdated: (instance.runtime?.processes ?? 1) !== wanted,
    hasStrayTargets: [...reachable].some((address) => !addresses.has(address)),
  };
  for (let replica = 1; replica < wanted; replica += 1) {
    const runtime = byReplica.get(replica);
    if (!runtime || !reachable.has(runtime.address)) plan.missing.push(replica);
    else if ((runtime.processes ?? 1) !== wanted || runtime.version !== instance.runtime?.version) plan.outdated.push(replica);
  }
  return plan;
}

/** Whether there is nothing to do. */
export function isSettled(plan: ReplicaPlan): boolean {
  const { excess, missing, outdated, isFirstOutdated, hasStrayTargets } = plan;
  return excess.length + missing.length + outdated.length === 0 && !isFirstOutdated && !hasStrayTargets;
}
