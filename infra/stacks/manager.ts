import { Stack, type StackProps } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { type AccessibleResources, accessStatements } from '../constructs/access-policy.ts';
import { PlatformService } from '../constructs/platform-service.ts';
import { serviceAccess } from '../function-access.ts';
import { customerSecretEnvironment, mailEnvironment, queueEnvironment, sharedEnvironment } from '../function-environment.ts';
import type { CacheAccess } from './cache.ts';

export interface ManagerStackProps extends StackProps {
  settings: Settings;
  cluster: ecs.ICluster;
  securityGroup: ec2.ISecurityGroup;
  resources: Required<AccessibleResources>;
  cache: CacheAccess;
  /** Names by which launchers know what instances run with. */
  instanceEnvironment: Record<string, string>;
  mcpUrl: string;
  dashboardUrl: string | undefined;
}

/**
 * The manager of instances: the supervisor, the rollouts and the keeper of the warm pool, in one process that works as long as it holds
 * a lease in the table. Others stand by. Its queue is in the stack of messages.
 */
export class ManagerStack extends Stack {
  readonly manager: PlatformService;

  constructor(scope: Construct, id: string, { settings, ...props }: ManagerStackProps) {
    super(scope, id, props);
    const { resources, cache } = props;
    this.manager = new PlatformService(this, 'Manager', {
      settings,
      cluster: props.cluster,
      securityGroup: props.securityGroup,
      image: 'manager',
      cpu: settings.managerCpu,
      memory: settings.managerMemory,
      tasks: settings.managerTasks,
      environment: {
        ...sharedEnvironment(settings),
        ...queueEnvironment(resources.queues),
        ...customerSecretEnvironment(settings, resources.secretsKey),
        ...mailEnvironment(settings),
        ...props.instanceEnvironment,
        PUBLIC_URL: props.mcpUrl,
        ...(props.dashboardUrl === undefined ? {} : { DASHBOARD_URL: props.dashboardUrl }),
        TABLE_NAME: resources.table.tableName,
        LIFECYCLE_ARN: resources.lifecycle.machine.stateMachineArn,
        REDIS_URL: cache.url,
      },
      secrets: { DATA_PLANE_SECRET: resources.platformSecrets['data-plane'], REDIS_PASSWORD: cache.password },
      secretsKey: resources.secretsKey,
      permissions: accessStatements(this, serviceAccess.manager, resources),
    });
  }
}
