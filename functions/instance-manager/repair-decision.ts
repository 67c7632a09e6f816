import type { Instance, Route, RunningProcess } from '../ports.ts';
import { isSettled, planReplicas } from './replica-plan.ts';
import { isSameRuntime } from './tasks/launch-fence.ts';

/** What is to be done about a difference between what should be and what is. */
export type Repair = 'none' | 'start' | 'stop' | 'delete' | 'end-process' | 'retry-key' | 'exited' | 'replicas';

/** What was found to exist for an instance. */
export interface Observation {
  /** Its processes: the first one and its replicas. */
  processes: readonly RunningProcess[];
  /** The way the router knows to it. */
  route: Route | undefined;
  /** Whether a token is kept that the router presents to it. */
  hasAccessToken: boolean;
}

/** Compares one instance with what exists for it. Pure; called only for instances that nobody works on at the moment. */
export function decideRepair(instance: Instance, observed: Observation): Repair {
  if (instance.desiredState === 'deleted') return 'delete';
  const { processes, route, hasAccessToken } = observed;
  const isTied = processes.length > 0 || route !== undefined || hasAccessToken || instance.runtime !== null;
  if (instance.status === 'suspended') return isTied ? 'end-process' : 'none';
  if (instance.desiredState === 'stopped') return instance.status !== 'stopped' || isTied ? 'stop' : 'none';
  switch (instance.status) {
    case 'running':
      return decideForRunning(instance, observed);
    case 'unauthenticated':
      return isTied ? 'end-process' : 'retry-key';
    case 'failed':
    case 'sleeping':
      return isTied ? 'end-process' : 'none';
    default:
      return 'start';
  }
}

function decideForRunning(instance: Instance, { processes, route }: Observation): Repair {
  const first = processes.find(({ replica = 0 }) => replica === 0)?.runtime;
  if (!first && instance.runtime) return 'exited';
  if (!isSameRuntime(instance.runtime, first) || route?.address !== instance.runtime?.address) return 'start';
  return route && isSettled(planReplicas(instance, processes, route)) ? 'none' : 'replicas';
}
