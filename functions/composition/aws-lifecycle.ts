/** The composition root of scale `saas` for the tasks of the lifecycle workflow. */
import { smartleadHostsSchema } from '../../core/instance-configuration.ts';
import { McpHealthProbe } from '../adapters/mcp-health-probe.ts';
import { SmartleadCategoriesKeyChecker } from '../adapters/smartlead-key-checker.ts';
import { describeError } from '../api/middleware/describe-error.ts';
import type { LifecyclePorts } from '../instance-manager/lifecycle-ports.ts';
import { apiPartsNotYetOnAws, lifecyclePartsNotYetOnAws } from './not-yet-on-aws.ts';
import { standardOutputLogger } from './standard-output-logger.ts';

const logger = standardOutputLogger();
const smartleadHosts = smartleadHostsSchema.parse({});

export const awsLifecyclePorts: LifecyclePorts = {
  ...lifecyclePartsNotYetOnAws,
  instances: apiPartsNotYetOnAws.instances,
  tokens: apiPartsNotYetOnAws.instanceTokens,
  keys: apiPartsNotYetOnAws.keys,
  secrets: apiPartsNotYetOnAws.secrets,
  accessTokens: apiPartsNotYetOnAws.secrets,
  events: apiPartsNotYetOnAws.instanceEvents,
  clock: { now: () => new Date() },
  keyChecker: new SmartleadCategoriesKeyChecker(smartleadHosts),
  probe: new McpHealthProbe(),
  settings: { smartleadHosts },
  report: ({ message, instanceId, cause }) =>
    logger.error(message, { ...(instanceId === undefined ? {} : { instanceId }), ...describeError(cause, []) }),
};
