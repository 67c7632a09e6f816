import type { InstanceStore, LifecycleOperation } from '../ports.ts';
import { operationToReach, serves } from './lifecycle-states.ts';

/**
 * What to do now where an operation was asked for. Requests can come in another order than the wishes they stand for were stored, and
 * those that wait are merged. So what is stored decides: an operation that nobody wants any more gives way to the one that works
 * towards the present wish.
 */
export async function presentOperation(
  instances: Pick<InstanceStore, 'findById'>,
  instanceId: string,
  operation: LifecycleOperation,
): Promise<LifecycleOperation> {
  // Where the store is away for a moment, the first task is the one to try again.
  const instance = await instances.findById(instanceId).catch(() => undefined);
  if (!instance || serves(operation, instance.desiredState)) return operation;
  return operationToReach[instance.desiredState];
}
