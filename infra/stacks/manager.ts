import { Stack, type StackProps } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { type AccessibleResources, accessStatements } from '../constructs/access-policy.ts';
import { managerMetric } from '../constructs/platform-metrics.ts';
import { PlatformService } from '../constructs/platform-service.ts';
import { alarmPeriod, ServiceAlarm } from '../constructs/service-alarm.ts';
import { serviceAccess } from '../function-access.ts';
import {
  customerSecretEnvironment,
  mailEnvironment,
  queueEnvironment,
  sharedEnvironment,
  smartleadEnvironment,
} from '../function-environment.ts';
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
  dashboardUrl: string;
  alarmTopic: ITopic;
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
      tasks: settings.managerPaused ? 0 : settings.managerTasks,
      environment: {
        ...sharedEnvironment(settings),
        ...queueEnvironment(resources.queues),
        ...customerSecretEnvironment(settings, resources.secretsKey),
        ...mailEnvironment(settings),
        ...smartleadEnvironment(settings),
        ...props.instanceEnvironment,
        PUBLIC_URL: props.mcpUrl,
        DASHBOARD_URL: props.dashboardUrl,
        TABLE_NAME: resources.table.tableName,
        AWS_REGION: this.region,
        LIFECYCLE_ARN: resources.lifecycle.machine.stateMachineArn,
        REDIS_URL: cache.url,
      },
      secrets: { DATA_PLANE_SECRET: resources.platformSecrets['data-plane'], REDIS_PASSWORD: cache.password },
      secretsKey: resources.secretsKey,
      permissions: accessStatements(this, serviceAccess.manager, resources),
    });
    this.#addAlarms(settings, props.alarmTopic);
  }

  /** What the manager finds when it looks at everything, every minute. */
  #addAlarms(settings: Settings, topic: ITopic): void {
    const period = { period: alarmPeriod };
    new ServiceAlarm(this, 'InvariantViolated', {
      topic,
      metric: managerMetric(settings, 'InvariantViolations', { statistic: 'Minimum', ...period }),
      description:
        'For a quarter of an hour something has belonged to no instance, or an instance that should run did not. ' +
        'Look at the page "Installation" or GET /v1/admin/health, which name it.',
      threshold: 1,
      periods: 3,
    });
    new ServiceAlarm(this, 'OrphansHeld', {
      topic,
      metric: managerMetric(settings, 'OrphansHeld', { statistic: 'Maximum', ...period }),
      description:
        'So many tasks or keys belong to nothing that the manager ends none of them: it may look at the wrong table, or at one from before ' +
        'a restore. Look at that first. What follows is in docs/operations.md, restoring.',
      threshold: 1,
    });
    new ServiceAlarm(this, 'PartsUnreadable', {
      topic,
      metric: managerMetric(settings, 'UnreadableComponents', { statistic: 'Minimum', ...period }),
      description:
        'For a quarter of an hour the manager could not look everywhere, so nobody knows whether all is in order. ' +
        'Look at GET /v1/admin/health, which names the part, and at the log of the manager.',
      threshold: 1,
      periods: 3,
    });
    new ServiceAlarm(this, 'InstancesDie', {
      topic,
      metric: managerMetric(settings, 'InstancesDied', { statistic: 'Sum', ...period }),
      description:
        'Many instances died at once and are being brought back. Look at the stop reasons of their tasks in ECS first.',
      threshold: 20,
    });
    new ServiceAlarm(this, 'SlowWakes', {
      topic,
      metric: managerMetric(settings, 'WakeDuration', { statistic: 'p90', ...period }),
      description:
        'One in ten sleeping instances takes over ten seconds to wake. Look at the size of the warm pool against what is asked of it.',
      threshold: 10_000,
      periods: 3,
    });
  }
}
