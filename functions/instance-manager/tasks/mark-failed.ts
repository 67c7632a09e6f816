import { recordEvent } from '../../domain/event-recording.ts';
import { changeInstance } from '../../domain/instance-change.ts';
import { instanceStatusText } from '../../domain/instance-status-text.ts';
import type { InstanceChange } from '../../ports.ts';
import { type LifecycleErrorName, platformFaults } from '../lifecycle-errors.ts';
import type { LifecycleState } from '../lifecycle-state.ts';
import { canMove, serves } from '../lifecycle-states.ts';
import { defineTask, nothing } from './task.ts';

/** What a customer can do about a failure, where the general advice does not fit. */
const nextSteps: Partial<Record<LifecycleErrorName, string>> = {
  KeyMissing: 'Choose another key for this instance, then start it.',
  DependencyUnavailable: 'Start it again in a minute. If it fails once more, tell support.',
};

/**
 * Ends a failed operation: shows the reason. A recovery does not end here: the instance stays `restarting`, and the platform tries
 * again after a pause.
 */
export const markFailed = defineTask('MarkFailed', async (ports, state) => {
  const failure = readFailure(state);
  const marked = await changeInstance(ports.instances, state.instanceId, (present) => {
    // Whoever should sleep and still shows as running was left alone.
    if (state.operation === 'sleep' && present.status !== 'sleeping') return undefined;
    if (present.status === 'suspended' || !serves(state.operation, present.desiredState)) return undefined;
    const change = changeFor(state, failure);
    const isNews = present.status !== change.status || present.statusReason !== change.statusReason;
    return isNews && change.status && canMove(present.status, change.status) ? change : undefined;
  });
  if (marked) await recordEvent(ports, state.instanceId, 'failed', failure.message);
  return nothing;
});

interface Failure {
  name: string;
  message: string;
}

function changeFor(state: LifecycleState, failure: Failure): InstanceChange {
  if (state.recovery && failure.name !== 'KeyMissing' && state.operation !== 'stop' && state.operation !== 'delete') {
    return { status: 'restarting', ...instanceStatusText('restarting', failure.message) };
  }
  return {
    status: 'failed',
    ...instanceStatusText('failed', failure.message, nextSteps[failure.name as LifecycleErrorName]),
  };
}

/** Texts for failures whose own message is not made for customers. */
function readFailure(state: LifecycleState): Failure {
  const name = state.failure?.Error ?? 'Unknown';
  if (name === 'States.Timeout') return { name, message: platformFaults.tooLong };
  const known = ['KeyMissing', 'KeyRefused', 'LaunchFailed', 'InstanceUnhealthy', 'DependencyUnavailable'].includes(name);
  if (!known) return { name, message: platformFaults.other };
  return { name, message: messageOf(state.failure?.Cause ?? '') };
}

/** The message in a cause: Lambda reports `{"errorType", "errorMessage", "trace"}` as JSON text, the interpreter the message. */
function messageOf(cause: string): string {
  try {
    const report: unknown = JSON.parse(cause);
    if (typeof report === 'object' && report !== null && 'errorMessage' in report) return String(report.errorMessage);
  } catch {
    // Not JSON: the message itself.
  }
  return cause;
}
