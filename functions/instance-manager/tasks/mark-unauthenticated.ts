import { instanceStatusText } from '../../domain/instance-status-text.ts';
import { recordEvent } from '../event-recording.ts';
import { changeInstance } from '../instance-change.ts';
import { canMove } from '../lifecycle-states.ts';
import { isWanted } from './launch-fence.ts';
import { defineTask, nothing } from './task.ts';

/** Shows that Smartlead refuses the key, at the instance and at the key. A rotated key brings the instance back. */
export const markUnauthenticated = defineTask('MarkUnauthenticated', async (ports, state) => {
  const instance = await ports.instances.findById(state.instanceId);
  if (!isWanted(instance, state)) return nothing;
  const key = await ports.keys.find(instance.workspaceId, instance.keyId);
  // A key that was rotated since this launch is not the one that was refused.
  const refusedVersion = state.secret?.version ?? key?.secret.version;
  if (key && key.status !== 'refused' && key.secret.version === refusedVersion) {
    await ports.keys.update(instance.workspaceId, key.id, { status: 'refused' });
  }
  const marked = await changeInstance(ports.instances, state.instanceId, (present) =>
    isWanted(present, state) && present.status !== 'unauthenticated' && canMove(present.status, 'unauthenticated')
      ? { status: 'unauthenticated', ...instanceStatusText('unauthenticated') }
      : undefined,
  );
  if (marked) await recordEvent(ports, state.instanceId, 'unauthenticated', 'Smartlead refused the API key.');
  return nothing;
});
