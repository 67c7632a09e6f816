import { randomBytes } from 'node:crypto';
import type { InstanceConfiguration } from '../../../core/instance-configuration.ts';
import { recordEvent } from '../../domain/event-recording.ts';
import { changeInstance } from '../../domain/instance-change.ts';
import type { Instance, Runtime } from '../../ports.ts';
import { DependencyUnavailable, OperationOvertaken } from '../lifecycle-errors.ts';
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

  const smartleadApiKey = await ports.secrets.get(state.secret);
  const token = randomBytes(32).toString('base64url');
  const accessToken = await ports.accessTokens.put(accessTokenSecretName(state.instanceId), token);
  // Asked last: whoever stops the instance from now on finds a launch under way, and ends it.
  const instance = await ports.instances.findById(state.instanceId);
  if (!isWanted(instance, state)) throw new OperationOvertaken();
  const runtime = await ports.launcher.launch({
    configuration: configurationOf(ports, instance, smartleadApiKey, token),
    workspaceId: instance.workspaceId,
    size: instance.size,
  });
  await recordRuntime(ports, state, runtime);
  await recordEvent(ports, instance.id, 'launched', 'The instance was launched and its doors are open.');
  return { runtime, accessToken: { name: accessToken.name, version: accessToken.version } };
});

function configurationOf(
  ports: LifecyclePorts,
  instance: Instance,
  smartleadApiKey: string,
  accessToken: string,
): InstanceConfiguration {
  return {
    instanceId: instance.id,
    mode: instance.mode,
    ...(instance.toolsets === null ? {} : { toolsets: instance.toolsets }),
    policy: instance.policy,
    allow: instance.allow,
    ...(instance.allowedTools === null ? {} : { allowedTools: instance.allowedTools }),
    ...(instance.deniedTools === null ? {} : { deniedTools: instance.deniedTools }),
    smartleadApiKey,
    accessToken,
    ...ports.settings,
  };
}

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
