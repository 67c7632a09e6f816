import { changeInstance } from '../domain/instance-change.ts';
import { instanceStatusText } from '../domain/instance-status-text.ts';
import { platformFaults } from './lifecycle-errors.ts';
import type { LifecyclePorts } from './lifecycle-ports.ts';
import type { LifecycleInput } from './lifecycle-state.ts';
import { canMove, serves } from './lifecycle-states.ts';

/** The error with which the machine ends in its Fail state, after it has marked the instance. Any other end is unexpected. */
export const expectedFailure = 'OperationFailed';

/**
 * Shows an instance as failed whose execution ended without having done so itself: it was aborted, took too long, or could not be
 * interpreted. One that the platform was bringing back stays `restarting`, and is tried again. To be called while nothing else has the
 * turn on the instance. Never rejects.
 */
export async function markBroken(
  { instances, report }: Pick<LifecyclePorts, 'instances' | 'report'>,
  { instanceId, operation, recovery }: Pick<LifecycleInput, 'instanceId' | 'operation' | 'recovery'>,
): Promise<void> {
  try {
    await changeInstance(instances, instanceId, (present) => {
      if (!serves(operation, present.desiredState) || (operation === 'sleep' && present.status !== 'sleeping')) return undefined;
      const isToBeStarted = recovery && (operation === 'start' || operation === 'restart');
      const status = isToBeStarted && canMove(present.status, 'restarting') ? 'restarting' : 'failed';
      return { status, ...instanceStatusText(status, platformFaults.other) };
    });
  } catch (cause) {
    // The store itself is away; the next reconciliation finds the instance as it is.
    report({ message: 'An operation failed, and so did marking it.', instanceId, cause });
  }
}
