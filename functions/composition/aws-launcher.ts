import { DynamoInstanceTaskLedger } from '../adapters/dynamodb/instance-task-ledger.ts';
import type { PlatformTable } from '../adapters/dynamodb/table.ts';
import { createEcsClient } from '../adapters/fargate/ecs-client.ts';
import { FargateLauncher } from '../adapters/fargate/launcher.ts';
import type { FargateSettings, FargateTimes } from '../adapters/fargate/settings.ts';
import { createSecretsManagerClient } from '../adapters/secrets-manager/client.ts';
import type { TakeWarmProcessParts } from '../adapters/warm-pool/take-warm-process.ts';
import type { ReportIncident } from '../instance-manager/lifecycle-ports.ts';
import type { Clock, KeySecretLocator } from '../ports.ts';
import type { InstanceTasksEnvironment } from './aws-environment.ts';
import { createInstanceVersions } from './aws-instance-versions.ts';
import { warmPoolKeyReader } from './aws-warm-pool-keys.ts';

export interface AwsLauncherParts {
  table: PlatformTable;
  clock: Clock;
  /** Where Smartlead keys lie, for tasks that are started for one instance. */
  keySecrets: KeySecretLocator;
  /** The secret that routers and control plane share. */
  dataPlaneSecret(): Promise<string>;
  /** What launches take their tasks from. All start cold where it is missing. */
  warmPool?: TakeWarmProcessParts;
  report: ReportIncident;
  times?: Partial<FargateTimes>;
}

/** The launcher on Fargate, as the environment names what it works with. Whatever it needs of the network it asks for at its first launch. */
export function createAwsLauncher(environment: InstanceTasksEnvironment, parts: AwsLauncherParts) {
  const { table, dataPlaneSecret, ...ports } = parts;
  const versions = createInstanceVersions(environment, table, parts.clock);
  const readKeys = warmPoolKeyReader(createSecretsManagerClient(), environment.POOL_SECRET_ARN, dataPlaneSecret);
  const launcher = new FargateLauncher({
    ...ports,
    ecs: createEcsClient(),
    settings: fargateSettings(environment),
    ledger: new DynamoInstanceTaskLedger(table),
    versions,
    keys: readKeys,
  });
  return { launcher, versions };
}

function fargateSettings(environment: InstanceTasksEnvironment): FargateSettings {
  return {
    stage: environment.STAGE,
    cluster: environment.CLUSTER,
    region: environment.AWS_REGION,
    familyPrefix: environment.TASK_FAMILY_PREFIX,
    subnets: environment.INSTANCE_SUBNETS,
    securityGroups: environment.INSTANCE_SECURITY_GROUPS,
    executionRoleArn: environment.INSTANCE_EXECUTION_ROLE_ARN,
    taskRoleArn: environment.INSTANCE_TASK_ROLE_ARN,
    logGroup: environment.INSTANCE_LOG_GROUP,
    poolSecretArn: environment.POOL_SECRET_ARN,
  };
}
