import { changeInstance } from '../../domain/instance-change.ts';
import { accessTokenSecretName } from './access-token-secret.ts';
import { wasLaunchedAnew } from './launch-fence.ts';
import { defineTask, nothing } from './task.ts';

/**
 * How long an instance that goes to sleep may take to finish a call that slipped in. Shorter than the time limit of the task in the
 * state machine, so that it ends by this and not by that.
 */
const sleepGraceMilliseconds = 50_000;

/** Ends whatever runs for the instance and forgets its access token. Used to stop and to undo a launch that failed. */
export const stopInstance = defineTask('StopInstance', async (ports, state) => {
  const instance = await ports.instances.findById(state.instanceId);
  if (wasLaunchedAnew(instance, state)) return nothing;
  if (state.plan?.action === 'sleep') await ports.launcher.stop(state.instanceId, sleepGraceMilliseconds);
  else await ports.launcher.stop(state.instanceId);
  await changeInstance(ports.instances, state.instanceId, (present) =>
    present.runtime && !wasLaunchedAnew(present, state) ? { runtime: null } : undefined,
  );
  await ports.accessTokens.delete(accessTokenSecretName(state.instanceId));
  return nothing;
});
