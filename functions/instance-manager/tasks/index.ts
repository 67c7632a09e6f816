import type { LifecyclePorts } from '../lifecycle-ports.ts';
import { awaitHealthy } from './await-healthy.ts';
import { beginOperation } from './begin-operation.ts';
import { deleteInstance } from './delete-instance.ts';
import { launchInstance } from './launch-instance.ts';
import { markFailed } from './mark-failed.ts';
import { markRunning } from './mark-running.ts';
import { markSleeping } from './mark-sleeping.ts';
import { markStopped } from './mark-stopped.ts';
import { markUnauthenticated } from './mark-unauthenticated.ts';
import { registerRoute } from './register-route.ts';
import { removeRoute } from './remove-route.ts';
import { resolveSecret } from './resolve-secret.ts';
import { stopInstance } from './stop-instance.ts';
import type { LifecycleTask } from './task.ts';

/** The task functions by the name the state machine's resources have: `${LaunchInstanceArn}` is `LaunchInstance`. */
export const lifecycleTasks = {
  BeginOperation: beginOperation,
  RemoveRoute: removeRoute,
  StopInstance: stopInstance,
  ResolveSecret: resolveSecret,
  LaunchInstance: launchInstance,
  AwaitHealthy: awaitHealthy,
  RegisterRoute: registerRoute,
  MarkRunning: markRunning,
  MarkStopped: markStopped,
  MarkSleeping: markSleeping,
  DeleteInstance: deleteInstance,
  MarkUnauthenticated: markUnauthenticated,
  MarkFailed: markFailed,
} as const satisfies Record<string, (ports: LifecyclePorts) => LifecycleTask>;

export type LifecycleTaskName = keyof typeof lifecycleTasks;
export type LifecycleTasks = Record<LifecycleTaskName, LifecycleTask>;

/** All tasks, bound to their ports. */
export function bindLifecycleTasks(ports: LifecyclePorts): LifecycleTasks {
  const bound = Object.entries(lifecycleTasks).map(([name, bind]) => [name, bind(ports)]);
  return Object.fromEntries(bound) as LifecycleTasks;
}
