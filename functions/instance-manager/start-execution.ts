import type { ExecutionTurn, InstanceStore, LifecycleExecutions, LifecycleOperation, OperationQueue } from '../ports.ts';
import { presentOperation } from './present-operation.ts';

export interface StartExecutionPorts {
  instances: Pick<InstanceStore, 'findById'>;
  queue: Pick<OperationQueue, 'begin'>;
  executions: Pick<LifecycleExecutions, 'start'>;
}

/**
 * Starts the execution that has the turn on an instance, towards what its owner wants now. Done twice, by one process or by two, it
 * starts one. Answers the operation it was begun with; `undefined` where its turn has ended, so that nothing was started.
 */
export async function startExecution(
  { instances, queue, executions }: StartExecutionPorts,
  instanceId: string,
  { name, request, begunWith }: ExecutionTurn,
): Promise<LifecycleOperation | undefined> {
  const present = begunWith ?? (await presentOperation(instances, instanceId, request.operation));
  // Noted first: whoever stops the instance from now on knows what it overtakes. What another process has noted meanwhile it may have begun.
  const operation = await queue.begin(instanceId, name, present);
  if (operation === undefined) return undefined;
  await executions.start({ instanceId, ...request, operation, operationId: name });
  return operation;
}
