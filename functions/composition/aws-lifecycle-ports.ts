import { smartleadHostsSchema } from '../../core/instance-configuration.ts';
import { DynamoRouteTable } from '../adapters/dynamodb/route-table.ts';
import { createDynamoStores } from '../adapters/dynamodb/stores.ts';
import { McpHealthProbe } from '../adapters/mcp-health-probe.ts';
import { SmartleadCategoriesKeyChecker } from '../adapters/smartlead-key-checker.ts';
import { versionDuring } from '../domain/rollout.ts';
import type { LifecyclePorts } from '../instance-manager/lifecycle-ports.ts';
import { lifecycleEnvironmentSchema, readEnvironment } from './aws-environment.ts';
import { lazySealers } from './aws-sealers.ts';
import { createAwsSecrets } from './aws-secrets.ts';
import { platformTable } from './aws-table.ts';
import { lazyPort } from './lazy-port.ts';
import { lifecyclePartsNotYetOnAws } from './not-yet-on-aws.ts';
import { reportToLog } from './report-incident.ts';

/** Composes what the tasks need from the environment that `infra/` gives their functions. Throws where that is incomplete. */
export function createAwsLifecyclePorts(variables: Record<string, string | undefined>): LifecyclePorts {
  const environment = readEnvironment(lifecycleEnvironmentSchema, variables);
  const smartleadHosts = smartleadHostsSchema.parse({});
  const table = platformTable(environment);
  const stores = createDynamoStores(table);
  const sealers = lazySealers(environment.DATA_PLANE_SECRET_ARN);
  return {
    ...lifecyclePartsNotYetOnAws,
    instances: stores.instances,
    tokens: stores.instanceTokens,
    keys: stores.keys,
    secrets: createAwsSecrets(environment, table),
    events: stores.instanceEvents,
    routes: lazyPort(async () => new DynamoRouteTable(table, (await sealers()).dataPlane)),
    clock: { now: () => new Date() },
    keyChecker: new SmartleadCategoriesKeyChecker(smartleadHosts),
    probe: new McpHealthProbe(),
    versionFor: async (instanceId) => {
      const active = await stores.rollouts.findActive();
      return active && versionDuring(active, instanceId);
    },
    settings: { smartleadHosts },
    report: reportToLog(),
  };
}
