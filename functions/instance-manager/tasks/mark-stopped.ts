import { recordEvent } from '../../domain/event-recording.ts';
import { changeInstance } from '../../domain/instance-change.ts';
import { instanceStatusText } from '../../domain/instance-status-text.ts';
import { canMove, serves } from '../lifecycle-states.ts';
import { defineTask, nothing } from './task.ts';

/** Shows the instance as stopped, if that is still what the customer wants. */
export const markStopped = defineTask('MarkStopped', async (ports, state) => {
  const marked = await changeInstance(ports.instances, state.instanceId, (present) => {
    if (present.status === 'stopped' || present.status === 'suspended') return undefined;
    if (!serves(state.operation, present.desiredState) || !canMove(present.status, 'stopped')) return undefined;
    return { status: 'stopped', ...instanceStatusText('stopped') };
  });
  if (marked) await recordEvent(ports, state.instanceId, 'stopped', 'The instance was stopped.');
  return nothing;
});
