import type { DesiredState } from '../../core/instance-status.ts';
import type { LifecycleOperation } from '../ports.ts';

export { allowedMoves, canMove, statusDuring } from '../domain/status-moves.ts';

const operationsFor: Readonly<Record<DesiredState, readonly LifecycleOperation[]>> = {
  running: ['start', 'restart', 'sleep'],
  stopped: ['stop'],
  deleted: ['delete'],
};

/**
 * Whether an operation still works towards what the customer wants. One that does not was overtaken: a newer operation is queued
 * behind it, and it must leave nothing running and change no status.
 */
export function serves(operation: LifecycleOperation, desiredState: DesiredState): boolean {
  return operationsFor[desiredState].includes(operation);
}

/** The operation that works towards a desired state. */
export const operationToReach: Readonly<Record<DesiredState, Exclude<LifecycleOperation, 'sleep' | 'restart'>>> = {
  running: 'start',
  stopped: 'stop',
  deleted: 'delete',
};
