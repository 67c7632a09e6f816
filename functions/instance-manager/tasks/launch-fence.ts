import type { Instance, Launcher, Runtime } from '../../ports.ts';
import { OperationOvertaken } from '../lifecycle-errors.ts';
import type { LifecycleState } from '../lifecycle-state.ts';
import { serves } from '../lifecycle-states.ts';

/** Whether two runtimes are the same run of an instance. */
export function isSameRuntime(one: Runtime | null | undefined, other: Runtime | null | undefined): boolean {
  if (!one || !other) return false;
  return one.launcher === other.launcher && one.ref === other.ref && one.address === other.address;
}

/** Whether what the launcher runs for the instance is this very runtime. */
export async function isAlive(launcher: Launcher, instanceId: string, runtime: Runtime | null): Promise<boolean> {
  const running = await launcher.list(instanceId);
  return running.some((entry) => entry.instanceId === instanceId && isSameRuntime(entry.runtime, runtime));
}

/** Whether the instance exists and its owner still wants what the operation works towards. */
export function isWanted(instance: Instance | undefined, state: LifecycleState): instance is Instance {
  return instance !== undefined && instance.status !== 'suspended' && serves(state.operation, instance.desiredState);
}

/** The launch of this execution, as long as the instance is wanted and nobody launched it anew since. Throws OperationOvertaken. */
export function assertOwnLaunch(instance: Instance | undefined, state: LifecycleState): Instance {
  if (!isWanted(instance, state) || !isSameRuntime(instance.runtime, state.launch?.runtime)) throw new OperationOvertaken();
  return instance;
}

/**
 * Whether something newer than this execution's launch runs for the instance. An execution that undoes what it made must leave
 * that alone.
 */
export function wasLaunchedAnew(instance: Instance | undefined, state: LifecycleState): boolean {
  if (!state.launch || !instance?.runtime) return false;
  return !isSameRuntime(instance.runtime, state.launch.runtime);
}
