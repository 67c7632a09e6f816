import { recordEvent } from '../../domain/event-recording.ts';
import { changeInstance } from '../../domain/instance-change.ts';
import { instanceStatusText } from '../../domain/instance-status-text.ts';
import { LaunchFailed } from '../../ports.ts';
import { OperationOvertaken } from '../lifecycle-errors.ts';
import { canMove } from '../lifecycle-states.ts';
import { assertOwnLaunch, isAlive } from './launch-fence.ts';
import { defineTask, nothing } from './task.ts';

/** Shows the instance as running, if it is still wanted and its process did not end meanwhile. */
export const markRunning = defineTask('MarkRunning', async (ports, state) => {
  const instance = assertOwnLaunch(await ports.instances.findById(state.instanceId), state);
  if (!(await isAlive(ports.launcher, instance.id, instance.runtime))) {
    throw new LaunchFailed('The instance ended right after its start.');
  }
  if (instance.status === 'running') return nothing;
  const marked = await changeInstance(ports.instances, instance.id, (present) => {
    assertOwnLaunch(present, state);
    return canMove(present.status, 'running') ? { status: 'running', ...instanceStatusText('running') } : undefined;
  });
  if (!marked) throw new OperationOvertaken();
  await recordEvent(ports, instance.id, 'healthy', 'The instance answers and can be reached at its URL.');
  return nothing;
});
