import type { InstanceStatus } from '../../core/instance-status.ts';

/**
 * The moves an instance's status may make. Whatever is not listed here does not happen, however late or doubled a request or a task
 * comes. Staying in a status is always allowed (its reason may change). The end of an instance is no status: its row is deleted,
 * and until then it shows `stopping`, which may therefore follow every other.
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

/** The status an instance shows while an operation works on it. */
export function statusDuring(operation: 'start' | 'restart' | 'stop', present: InstanceStatus): InstanceStatus {
  if (operation === 'stop') return 'stopping';
  // Where nothing ran before, even a restart is a first start.
  if (present === 'provisioning' || present === 'stopped') return 'provisioning';
  const endedBadly = present === 'failed' || present === 'unauthenticated';
  return operation === 'start' && endedBadly ? 'provisioning' : 'restarting';
}
