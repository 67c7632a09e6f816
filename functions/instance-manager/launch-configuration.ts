import type { InstanceConfiguration } from '../../core/instance-configuration.ts';
import { processesOf } from '../domain/scaling.ts';
import type { Instance } from '../ports.ts';
import type { LifecyclePorts } from './lifecycle-ports.ts';

/** Everything a process of the instance is told, the first one as well as a replica. */
export function launchConfiguration(
  instance: Instance,
  settings: LifecyclePorts['settings'],
  secrets: Pick<InstanceConfiguration, 'smartleadApiKey' | 'accessToken'>,
): InstanceConfiguration {
  const processes = processesOf(instance);
  return {
    instanceId: instance.id,
    mode: instance.mode,
    ...(instance.toolsets === null ? {} : { toolsets: instance.toolsets }),
    policy: instance.policy,
    allow: instance.allow,
    ...(instance.allowedTools === null ? {} : { allowedTools: instance.allowedTools }),
    ...(instance.deniedTools === null ? {} : { deniedTools: instance.deniedTools }),
    ...secrets,
    // Past or not, the instance itself sees when it is over.
    ...(instance.argumentLogUntil === null ? {} : { argumentLogUntil: instance.argumentLogUntil }),
    ...(processes === 1 ? {} : { processes }),
    ...settings,
  };
}
