import { DynamoRouteTable } from '../adapters/dynamodb/route-table.ts';
import { DynamoSealedSecretStore } from '../adapters/dynamodb/sealed-secret-store.ts';
import { createDynamoStores } from '../adapters/dynamodb/stores.ts';
import { DynamoWarmPool } from '../adapters/dynamodb/warm-pool.ts';
import { McpHealthProbe } from '../adapters/mcp-health-probe.ts';
import { SmartleadCategoriesKeyChecker } from '../adapters/smartlead-key-checker.ts';
import { versionDuring } from '../domain/rollout.ts';
import type { LifecyclePorts } from '../instance-manager/lifecycle-ports.ts';
import { lifecycleEnvironmentSchema, readEnvironment, smartleadHostsOf } from './aws-environment.ts';
import { createAwsLauncher } from './aws-launcher.ts';
import { lazyDataPlaneSecret, lazySealers } from './aws-sealers.ts';
import { createAwsSecrets } from './aws-secrets.ts';
import { platformTable } from './aws-table.ts';
import { lazyPort } from './lazy-port.ts';
import { reportToLog } from './report-incident.ts';

/** Composes what the tasks need from the environment that `infra/` gives their functions. Throws where that is incomplete. */
export function createAwsLifecyclePorts(variables: Record<string, string | undefined>): LifecyclePorts {
  const environment = readEnvironment(lifecycleEnvironmentSchema, variables);
  const smartleadHosts = smartleadHostsOf(environment);
  const clock = { now: () => new Date() };
  const report = reportToLog();
  const table = platformTable(environment);
  const stores = createDynamoStores(table);
  const secrets = createAwsSecrets(environment, table);
  const dataPlaneSecret = lazyDataPlaneSecret(environment.DATA_PLANE_SECRET_ARN);
  const sealers = lazySealers(dataPlaneSecret);
  const { launcher } = createAwsLauncher(environment, {
    ...{ table, clock, keySecrets: secrets, dataPlaneSecret, report },
    ...(environment.WARM_POOL_SIZE === 0 ? {} : { warmPool: { clock, pool: new DynamoWarmPool(table), report } }),
  });
  return {
    ...{ clock, launcher, secrets, report },
    instances: stores.instances,
    tokens: stores.instanceTokens,
    keys: stores.keys,
    events: stores.instanceEvents,
    accessTokens: lazyPort(sealers, ({ dataPlane }) => new DynamoSealedSecretStore(table, dataPlane)),
    routes: lazyPort(sealers, ({ dataPlane }) => new DynamoRouteTable(table, dataPlane)),
    keyChecker: new SmartleadCategoriesKeyChecker(smartleadHosts),
    probe: new McpHealthProbe(),
    versionFor: async (instanceId) => {
      const active = await stores.rollouts.findActive();
      return active && versionDuring(active, instanceId);
    },
    settings: { smartleadHosts },
  };
}
