import { Duration } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import { LambdaDestination } from 'aws-cdk-lib/aws-logs-destinations';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { eventFunctionAccess } from '../function-access.ts';
import { sharedEnvironment } from '../function-environment.ts';
import { type AccessibleResources, accessStatements } from './access-policy.ts';
import { alarmPeriod, ServiceAlarm } from './service-alarm.ts';
import { ServiceFunction } from './service-function.ts';

export interface InstanceLogsProps {
  settings: Settings;
  functionBundles: string;
  logGroup: logs.ILogGroup;
  resources: AccessibleResources & Required<Pick<AccessibleResources, 'queues'>>;
  alarmTopic: ITopic;
}

/** Hands what instances write to a function, which puts it where the dashboard reads it. */
export class InstanceLogs extends Construct {
  constructor(scope: Construct, id: string, { settings, functionBundles, logGroup, resources, alarmTopic }: InstanceLogsProps) {
    super(scope, id);
    const handler = new ServiceFunction(this, 'Function', {
      settings,
      functionBundles,
      bundle: 'instance-logs',
      description: 'Log lines of instances',
      environment: {
        ...sharedEnvironment(settings),
        TABLE_NAME: resources.table.tableName,
        MANAGER_QUEUE_URL: resources.queues.manager.queueUrl,
      },
      permissions: accessStatements(this, eventFunctionAccess['instance-logs'], resources),
      timeout: Duration.seconds(30),
    });
    new logs.SubscriptionFilter(this, 'Subscription', {
      logGroup,
      destination: new LambdaDestination(handler.function),
      filterPattern: logs.FilterPattern.allEvents(),
    });
    new ServiceAlarm(this, 'Errors', {
      topic: alarmTopic,
      metric: handler.function.metricErrors({ period: alarmPeriod }),
      description:
        'Log lines of instances do not reach their owners. CloudWatch Logs still has them; look at the log of this function.',
      threshold: 1,
    });
  }
}
