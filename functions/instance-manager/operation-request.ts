import type { LifecycleOperation } from '../ports.ts';

/** An operation somebody asked for. `recovery` says that the platform asks by itself, to bring an instance back. */
export interface OperationRequest {
  operation: LifecycleOperation;
  recovery: boolean;
}

/**
 * What remains of a waiting operation when a newer one is asked for. The newer wish wins; nothing comes after a delete; and where
 * a stop was waiting, a start must still end what runs now, so it becomes a restart. A sleep gives way to everything: it is nobody's
 * wish, and whatever else is asked for says that the instance is needed or is to end.
 */
export function mergeOperations(waiting: OperationRequest, newer: OperationRequest): OperationRequest {
  const recovery = waiting.recovery && newer.recovery;
  if (waiting.operation === 'delete' || newer.operation === 'delete') return { operation: 'delete', recovery };
  if (newer.operation === 'sleep') return { operation: waiting.operation, recovery };
  if (waiting.operation === 'sleep') return { operation: newer.operation, recovery };
  if (newer.operation === 'start' && waiting.operation !== 'start') return { operation: 'restart', recovery };
  return { operation: newer.operation, recovery };
}
