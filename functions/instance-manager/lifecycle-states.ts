import type { DesiredState, InstanceStatus } from '../../core/instance-status.ts';
import type { LifecycleOperation } from '../ports.ts';

/**
 * The moves an instance's status may make. Whatever is not listed here does not happen, however late or doubled a task comes.
 * Staying in a status is always allowed (its reason may change).
 */
export const allowedMoves: Readonly<Record<InstanceStatus, readonly InstanceStatus[]>> = {
  provisioning: ['running', 'restarting', 'stopping', 'unauthenticated', 'suspended', 'failed'],
  running: ['restarting', 'stopping', 'sleeping', 'unauthenticated', 'suspended', 'failed'],
  sleeping: ['restarting', 'stopping', 'unauthenticated', 'suspended', 'failed'],
  restarting: ['running', 'stopping', 'unauthenticated', 'suspended', 'failed'],
  stopping: ['stopped', 'restarting', 'suspended', 'failed'],
  stopped: ['provisioning', 'stopping', 'suspended'],
  unauthenticated: ['provisioning', 'restarting', 'stopping', 'suspended', 'failed'],
  // Whoever resumes a suspended instance puts it to rest first; a start then goes on from there.
  suspended: ['stopped', 'stopping'],
  failed: ['provisioning', 'restarting', 'stopping', 'suspended'],
};

/** Whether a status may follow another. */
export function canMove(from: InstanceStatus, to: InstanceStatus): boolean {
  return from === to || allowedMoves[from].includes(to);
}

const operationsFor: Readonly<Record<DesiredState, readonly LifecycleOperation[]>> = {
  running: ['start', 'restart'],
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
export const operationToReach: Readonly<Record<DesiredState, LifecycleOperation>> = {
  running: 'start',
  stopped: 'stop',
  deleted: 'delete',
};

/** The status an instance shows while an operation works on it. Deleting shows nothing: the instance is gone from lists at once. */
export function statusDuring(operation: 'start' | 'restart' | 'stop', present: InstanceStatus): InstanceStatus {
  if (operation === 'stop') return 'stopping';
  // Where nothing ran before, even a restart is a first start.
  if (present === 'provisioning' || present === 'stopped') return 'provisioning';
  const endedBadly = present === 'failed' || present === 'unauthenticated';
  return operation === 'start' && endedBadly ? 'provisioning' : 'restarting';
}
