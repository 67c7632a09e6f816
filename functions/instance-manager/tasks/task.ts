import { DependencyUnavailable, isLifecycleError } from '../lifecycle-errors.ts';
import type { LifecyclePorts } from '../lifecycle-ports.ts';
import type { LifecycleState } from '../lifecycle-state.ts';

/** A task bound to its ports: what a Lambda function exports, and what the local interpreter calls. */
export type LifecycleTask<Result extends object = object> = (state: LifecycleState) => Promise<Result>;

/**
 * Makes a task of the state machine from its work. Errors with a name the machine knows pass; any other becomes
 * DependencyUnavailable (which the machine retries) and is reported, because its text may not be fit for customers.
 */
export function defineTask<Result extends object>(
  name: string,
  work: (ports: LifecyclePorts, state: LifecycleState) => Promise<Result>,
): (ports: LifecyclePorts) => LifecycleTask<Result> {
  return (ports) => async (state) => {
    try {
      return await work(ports, state);
    } catch (error) {
      if (isLifecycleError(error)) throw error;
      ports.report({ message: `The task ${name} met an unexpected error.`, instanceId: state.instanceId, cause: error });
      throw new DependencyUnavailable(error);
    }
  };
}

/** The result of a task that passes nothing on. */
export const nothing: Record<string, never> = {};
