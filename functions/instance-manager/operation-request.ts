import type { LifecycleOperation } from '../ports.ts';

/** An operation somebody asked for. `recovery` says that the platform asks by itself, to bring an instance back. */
export interface OperationRequest {
  operation: LifecycleOperation;
  recovery: boolean;
}

/**
 * What remains of a waiting operation when a newer one is asked for. The newer wish wins; nothing comes after a delete; and where
 * a stop was waiting, a start must still end what runs now, so it becomes a restart.
 */
export function mergeOperations(waiting: OperationRequest, newer: OperationRequest): OperationRequest {
  const recovery = waiting.recovery && newer.recovery;
  if (waiting.operation === 'delete' || newer.operation === 'delete') return { operation: 'delete', recovery };
  if (newer.operation === 'start' && waiting.operation !== 'start') return { operation: 'restart', recovery };
  return { operation: newer.operation, recovery };
}
