import type { InstanceConfiguration } from '../../core/instance-configuration.ts';
import { createInstance, type Instance } from './instance.ts';
import type { Log } from './observability/log.ts';
import type { ServingOptions } from './serving.ts';
import { toolSettings, unknownTools } from './tool-settings.ts';

/** Makes the instance of a customer as the control plane describes it, however the description came here. */
export function createManagedInstance(configuration: InstanceConfiguration, log: Log): Instance {
  const { smartleadApiKey, smartleadHosts, rateLimit, processes, argumentLogUntil } = configuration;
  const instance = createInstance(
    {
      smartleadApiKey,
      smartleadHosts,
      ...toolSettings(configuration),
      ...(rateLimit === undefined ? {} : { rateLimit }),
      ...(processes === undefined ? {} : { processes }),
      ...(argumentLogUntil === undefined ? {} : { argumentLogUntil }),
    },
    log,
  );
  // Settings may be older than this version and name a tool that is gone; that must not keep a customer's instance from starting.
  for (const name of unknownTools(instance, configuration)) {
    log.write({ level: 'warn', message: `The settings name a tool that does not exist: ${name}` });
  }
  return instance;
}

/** How it serves: behind the router, which is the only one to know the token. */
export function managedServing({
  mode,
  accessToken,
}: InstanceConfiguration): Pick<ServingOptions, 'mode' | 'token' | 'behindRouter'> {
  return { mode, token: accessToken, behindRouter: true };
}
