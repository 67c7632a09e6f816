import type { LifecycleOperation, OperationRequest } from '../ports.ts';

/**
 * What remains of a waiting operation when a newer one is asked for. The newer wish wins; nothing comes after a delete; and where
 * a stop was waiting, a start must still end what runs now, so it becomes a restart. A sleep gives way to everything: it is nobody's
 * wish, and whatever else is asked for says that the instance is needed or is to end. Of two reasons the newer one is told.
 */
export function mergeOperations(waiting: OperationRequest, newer: OperationRequest): OperationRequest {
  const reason = newer.reason ?? waiting.reason;
  return {
    operation: mergedOperation(waiting.operation, newer.operation),
    recovery: waiting.recovery && newer.recovery,
    ...(reason === undefined ? {} : { reason }),
  };
}

function mergedOperation(waiting: LifecycleOperation, newer: LifecycleOperation): LifecycleOperation {
  if (waiting === 'delete' || newer === 'delete') return 'delete';
  if (newer === 'sleep') return waiting;
  if (waiting === 'sleep') return newer;
  return newer === 'start' && waiting !== 'start' ? 'restart' : newer;
}
