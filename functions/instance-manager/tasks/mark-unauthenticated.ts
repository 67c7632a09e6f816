import { apiKeySecretName } from '../../domain/api-key.ts';
import { recordEvent } from '../../domain/event-recording.ts';
import { changeInstance } from '../../domain/instance-change.ts';
import { instanceStatusText } from '../../domain/instance-status-text.ts';
import type { Instance } from '../../ports.ts';
import { recordKeyStatus } from '../key-status.ts';
import type { LifecyclePorts } from '../lifecycle-ports.ts';
import type { LifecycleState } from '../lifecycle-state.ts';
import { canMove } from '../lifecycle-states.ts';
import { isWanted } from './launch-fence.ts';
import { defineTask, nothing } from './task.ts';

/**
 * Shows that Smartlead refuses the key, at the instance and at the key. Where the key was rotated meanwhile nothing is shown: the
 * rotation restarts the instance, and should that request be lost, the next comparison finds an instance to start.
 */
export const markUnauthenticated = defineTask('MarkUnauthenticated', async (ports, state) => {
  const instance = await ports.instances.findById(state.instanceId);
  if (!isWanted(instance, state)) return nothing;
  if (!(await isStillRefused(ports, instance, state))) return nothing;
  const marked = await changeInstance(ports.instances, state.instanceId, (present) =>
    isWanted(present, state) && present.status !== 'unauthenticated' && canMove(present.status, 'unauthenticated')
      ? { status: 'unauthenticated', ...instanceStatusText('unauthenticated') }
      : undefined,
  );
  if (marked) await recordEvent(ports, state.instanceId, 'unauthenticated', 'Smartlead refused the API key.');
  return nothing;
});

/** Whether the refused version is the key's present one; it then is marked. */
async function isStillRefused(
  { keys }: LifecyclePorts,
  { workspaceId, keyId }: Instance,
  state: LifecycleState,
): Promise<boolean> {
  const secret = state.launch?.secret ?? state.secret;
  // The instance was given another key meanwhile.
  if (secret && secret.name !== apiKeySecretName(keyId)) return false;
  if (secret) return recordKeyStatus(keys, { workspaceId, id: keyId, version: secret.version }, 'refused');
  // Refused before the launch, and marked then.
  return (await keys.find(workspaceId, keyId))?.status === 'refused';
}
