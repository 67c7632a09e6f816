import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Settings } from '../config.ts';
import { type AccessibleResources, accessStatements } from '../constructs/access-policy.ts';
import { ServiceAlarm } from '../constructs/service-alarm.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import { WorkQueue } from '../constructs/work-queue.ts';
import { eventFunctionAccess } from '../function-access.ts';
import { sharedEnvironment } from '../function-environment.ts';
import { instanceClusterArn, lifecycleArn, platformClusterName, serviceFamily } from '../names.ts';

export interface MessagesStackProps extends StackProps {
  settings: Settings;
  functionBundles: string;
  resources: AccessibleResources;
  alarmTopic: ITopic;
}

/**
 * What the parts of the platform tell each other without waiting for an answer: the queue of the manager, with what AWS itself has to
 * say of instances and of the lifecycle, and the queue of usage.
 */
export class MessagesStack extends Stack {
  readonly managerQueue: WorkQueue;
  readonly usageQueue: WorkQueue;

  constructor(scope: Construct, id: string, { settings, ...props }: MessagesStackProps) {
    super(scope, id, props);
    this.managerQueue = new WorkQueue(this, 'Manager', {
      alarmTopic: props.alarmTopic,
      visibilityTimeout: Duration.minutes(1),
      attempts: 5,
      messages: 'the manager',
    });
    this.#tellManager(settings, props.alarmTopic);

    const handlerTimeout = Duration.seconds(30);
    this.usageQueue = new WorkQueue(this, 'Usage', {
      alarmTopic: props.alarmTopic,
      // Six times the function's own, as Lambda asks for, so that a retry of Lambda's does not meet one of the queue's.
      visibilityTimeout: Duration.seconds(180),
      attempts: 10,
      messages: 'usage of instances',
    });
    const usageArrived = new ServiceFunction(this, 'UsageArrived', {
      settings,
      functionBundles: props.functionBundles,
      bundle: 'usage-arrived',
      description: 'Usage batches of routers',
      environment: { ...sharedEnvironment(settings), TABLE_NAME: props.resources.table.tableName },
      permissions: accessStatements(this, eventFunctionAccess['usage-arrived'], props.resources),
      timeout: handlerTimeout,
    });
    usageArrived.function.addEventSource(
      new SqsEventSource(this.usageQueue.queue, {
        batchSize: 10,
        maxBatchingWindow: Duration.seconds(5),
        maxConcurrency: 10,
        reportBatchItemFailures: true,
      }),
    );
    new ServiceAlarm(this, 'UsageLate', {
      topic: props.alarmTopic,
      metric: this.usageQueue.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: 'Maximum' }),
      description:
        'Usage of instances has waited for a quarter of an hour to be counted: quotas and bills lag behind. ' +
        'Look at the log of the function usage-arrived.',
      threshold: 900,
    });
  }

  /**
   * Events of AWS, as they are, and a message every minute: so there is always something to do, and the age of the oldest message says
   * whether anybody does it.
   */
  #tellManager(settings: Settings, alarmTopic: ITopic): void {
    const { queue } = this.managerQueue;
    const target = new targets.SqsQueue(queue);
    new events.Rule(this, 'TaskChanged', {
      description: 'Tasks of instances that run or ended',
      eventPattern: {
        source: ['aws.ecs'],
        detailType: ['ECS Task State Change'],
        detail: { clusterArn: [instanceClusterArn(this, settings)], lastStatus: ['RUNNING', 'STOPPED'] },
      },
      targets: [target],
    });
    new events.Rule(this, 'RouterStopping', {
      description: 'Routers that are to be stopped: they get no new requests, and have yet to hear of it',
      eventPattern: {
        source: ['aws.ecs'],
        detailType: ['ECS Task State Change'],
        detail: {
          clusterArn: [this.formatArn({ service: 'ecs', resource: 'cluster', resourceName: platformClusterName(settings) })],
          taskDefinitionArn: [
            {
              prefix: this.formatArn({
                service: 'ecs',
                resource: 'task-definition',
                resourceName: `${serviceFamily(settings, 'router')}:`,
              }),
            },
          ],
          desiredStatus: ['STOPPED'],
          lastStatus: [{ 'anything-but': 'STOPPED' }],
        },
      },
      targets: [target],
    });
    new events.Rule(this, 'ExecutionEnded', {
      description: 'Executions of the lifecycle that ended, however they did',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: [lifecycleArn(this, settings)],
          status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'],
        },
      },
      targets: [target],
    });
    new events.Rule(this, 'EveryMinute', {
      description: 'Has the manager compare what should be with what is',
      schedule: events.Schedule.rate(Duration.minutes(1)),
      targets: [new targets.SqsQueue(queue, { message: events.RuleTargetInput.fromObject({ kind: 'reconcile' }) })],
    });
    new ServiceAlarm(this, 'NobodyManages', {
      topic: alarmTopic,
      metric: queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: 'Maximum' }),
      description:
        'No manager has worked for five minutes: nothing is recovered, put to sleep or rolled out. Running instances serve on. ' +
        'Look at the tasks of the manager service and their log.',
      threshold: 300,
    });
  }
}
