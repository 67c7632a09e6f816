import { randomBytes } from 'node:crypto';
import { recordEvent } from '../../domain/event-recording.ts';
import { changeInstance } from '../../domain/instance-change.ts';
import type { Runtime } from '../../ports.ts';
import { launchConfiguration } from '../launch-configuration.ts';
import { DependencyUnavailable, KeyMissing, OperationOvertaken } from '../lifecycle-errors.ts';
import type { LifecyclePorts } from '../lifecycle-ports.ts';
import type { LaunchResult, LifecycleState } from '../lifecycle-state.ts';
import { accessTokenSecretName } from './access-token-secret.ts';
import { isWanted } from './launch-fence.ts';
import { defineTask } from './task.ts';

/**
 * Launches the instance with a new access token and records what runs. Where the customer changed their mind meanwhile, what was
 * launched is ended at once. Doing it twice leaves one process: the launcher ends the first before it starts the second.
 */
export const launchInstance = defineTask('LaunchInstance', async (ports, state): Promise<LaunchResult> => {
  if (!state.secret) throw new DependencyUnavailable(new Error('The state holds no reference of the Smartlead key.'));

  const resolved = await ports.instances.findById(state.instanceId);
  if (!isWanted(resolved, state)) throw new OperationOvertaken();
  // Looked up again: the key may have been rotated, and the version that was resolved deleted, since.
  const key = await ports.keys.find(resolved.workspaceId, resolved.keyId);
  if (!key) throw new KeyMissing();
  const smartleadApiKey = await ports.secrets.get(key.secret);
  const token = randomBytes(32).toString('base64url');
  const accessToken = await ports.accessTokens.put(accessTokenSecretName(state.instanceId), token);
  const version = await ports.versionFor?.(state.instanceId);
  // Asked last: whoever stops the instance from now on finds a launch under way, and ends it.
  const instance = await ports.instances.findById(state.instanceId);
  if (!isWanted(instance, state)) throw new OperationOvertaken();
  const runtime = await ports.launcher.launch({
    configuration: launchConfiguration(instance, ports.settings, { smartleadApiKey, accessToken: token }),
    workspaceId: instance.workspaceId,
    size: instance.size,
    keyReference: { name: key.secret.name, version: key.secret.version },
    ...(version === undefined ? {} : { version }),
  });
  await recordRuntime(ports, state, runtime);
  await recordEvent(ports, instance.id, 'launched', 'The instance was launched and its doors are open.');
  return {
    runtime,
    accessToken: { name: accessToken.name, version: accessToken.version },
    secret: { name: key.secret.name, version: key.secret.version },
  };
});

async function recordRuntime(ports: LifecyclePorts, state: LifecycleState, runtime: Runtime): Promise<void> {
  try {
    const recorded = await changeInstance(ports.instances, state.instanceId, (present) =>
      isWanted(present, state) ? { runtime } : undefined,
    );
    if (!recorded) throw new OperationOvertaken();
  } catch (error) {
    // Unrecorded, nobody would know of it: it must not outlive this task.
    await ports.launcher.stop(state.instanceId);
    throw error;
  }
}
