import { ArnFormat, CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as stepfunctions from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { lifecycleDefinition, taskFunctionsByState } from '../../functions/instance-manager/lifecycle-definition.ts';
import type { Settings } from '../config.ts';
import { acceptFinding, acceptWildcards } from '../constructs/accepted-findings.ts';
import { type AccessibleResources, accessStatements } from '../constructs/access-policy.ts';
import { RetainedLogGroup } from '../constructs/retained-log-group.ts';
import { alarmPeriod, ServiceAlarm } from '../constructs/service-alarm.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import { taskFunctionAccess, tasksInNetwork, tasksOfAStart } from '../function-access.ts';
import {
  customerSecretEnvironment,
  sealedTableEnvironment,
  sharedEnvironment,
  smartleadEnvironment,
} from '../function-environment.ts';
import { lifecycleName } from '../names.ts';
import { subnets } from './network.ts';

export interface WorkflowStackProps extends StackProps {
  settings: Settings;
  functionBundles: string;
  vpc: ec2.IVpc;
  /** Of functions that speak to instances. */
  taskFunctionGroup: ec2.ISecurityGroup;
  resources: AccessibleResources & Required<Pick<AccessibleResources, 'instances'>>;
  /** Names by which the launcher knows what instances run with. */
  instanceEnvironment: Record<string, string>;
  alarmTopic: ITopic;
}

/** The lifecycle of instances: the state machine of `functions/instance-manager/`, as it is written there, and a function a task. */
export class WorkflowStack extends Stack {
  readonly lifecycle: stepfunctions.StateMachine;
  readonly #settings: Settings;

  constructor(scope: Construct, id: string, { settings, ...props }: WorkflowStackProps) {
    super(scope, id, props);
    this.#settings = settings;
    const functions = this.createTaskFunctions(settings, props);

    const role = new iam.Role(this, 'LifecycleRole', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') });
    role.addToPolicy(
      new iam.PolicyStatement({
        sid: 'Tasks',
        actions: ['lambda:InvokeFunction'],
        resources: [...functions.values()].map((task) => task.target.functionArn),
      }),
    );
    this.lifecycle = new stepfunctions.StateMachine(this, 'Lifecycle', {
      stateMachineName: lifecycleName(settings),
      stateMachineType: stepfunctions.StateMachineType.STANDARD,
      definitionBody: stepfunctions.DefinitionBody.fromString(JSON.stringify(lifecycleDefinition)),
      definitionSubstitutions: Object.fromEntries([...functions].map(([task, { target }]) => [`${task}Arn`, target.functionArn])),
      role,
      tracingEnabled: true,
      logs: {
        // Step Functions adds a policy to log groups unless their name starts like this, and the number of such policies is limited.
        destination: new RetainedLogGroup(this, 'LifecycleLog', {
          settings,
          logGroupName: `/aws/vendedlogs/states/smartlead-mcp-${settings.stage}-lifecycle`,
        }),
        level: stepfunctions.LogLevel.ERROR,
        // The state names instances and workspaces of customers; the execution history has it for 90 days, that is enough.
        includeExecutionData: false,
      },
    });

    acceptFinding(this.lifecycle, 'SF1', 'The execution history has every event for 90 days; the log is for failures.');
    acceptWildcards(role, [
      { sid: 'LogDelivery', resources: ['*'] },
      { sid: 'Traces', resources: ['*'] },
    ]);
    this.keepFailedExecutions(props.alarmTopic);
    this.addAlarms(props.alarmTopic, functions);
    new CfnOutput(this, 'LifecycleArn', { value: this.lifecycle.stateMachineArn });
  }

  /** ARN pattern of the executions. */
  get executionsArnPattern(): string {
    return this.formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${lifecycleName(this.#settings)}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  private createTaskFunctions(settings: Settings, props: Omit<WorkflowStackProps, 'settings'>): Map<string, ServiceFunction> {
    const functions = new Map<string, ServiceFunction>();
    const environment = {
      ...sharedEnvironment(settings),
      ...customerSecretEnvironment(settings, props.resources.secretsKey),
      ...props.instanceEnvironment,
      ...sealedTableEnvironment(props.resources),
      ...smartleadEnvironment(settings),
    };
    for (const task of new Set(taskFunctionsByState().values())) {
      const access = taskFunctionAccess[task];
      if (access === undefined) throw new Error(`infra/function-access.ts does not say what the task ${task} may do`);
      const bundle = `lifecycle-${dashed(task)}`;
      functions.set(
        task,
        new ServiceFunction(this, task, {
          settings,
          functionBundles: props.functionBundles,
          bundle,
          description: `Lifecycle of instances: ${task}`,
          environment,
          permissions: accessStatements(this, access, props.resources),
          timeout: Duration.seconds(longestTimeout(task)),
          warm: tasksOfAStart.has(task) ? settings.lifecycleWarmFunctions : 0,
          ...(tasksInNetwork.has(task)
            ? {
                network: {
                  vpc: props.vpc,
                  subnets: subnets.platform,
                  securityGroups: [props.taskFunctionGroup],
                },
              }
            : {}),
        }),
      );
    }
    return functions;
  }

  /** Executions that did not end well wait in a queue, for two weeks, to be looked into or asked for again. */
  private keepFailedExecutions(alarmTopic: ITopic): void {
    const failed = new sqs.Queue(this, 'FailedExecutions', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acceptFinding(failed, 'SQS3', 'It is where failures wait itself; nobody takes messages out of it but people.');
    new events.Rule(this, 'ExecutionFailed', {
      description: 'Lifecycle executions that failed, timed out or were aborted',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [this.lifecycle.stateMachineArn], status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
      },
      targets: [
        new targets.SqsQueue(failed, {
          // Which execution and how it ended; neither its input nor its output.
          message: events.RuleTargetInput.fromObject({
            execution: events.EventField.fromPath('$.detail.executionArn'),
            status: events.EventField.fromPath('$.detail.status'),
            error: events.EventField.fromPath('$.detail.error'),
            stoppedAt: events.EventField.fromPath('$.detail.stopDate'),
          }),
        }),
      ],
    });
    new ServiceAlarm(this, 'FailedExecutionsWaiting', {
      topic: alarmTopic,
      metric: failed.metricApproximateNumberOfMessagesVisible({ period: alarmPeriod, statistic: 'Maximum' }),
      description:
        'Lifecycle executions failed and nobody looked into them yet. Look at the messages of this queue, which name them.',
      threshold: 1,
    });
  }

  private addAlarms(topic: ITopic, functions: Map<string, ServiceFunction>): void {
    const watch = (id: string, metric: cloudwatch.IMetric, description: string, threshold = 1): void => {
      new ServiceAlarm(this, id, { topic, metric, description, threshold });
    };
    const period = { period: alarmPeriod };
    watch(
      'ExecutionsFailed',
      this.lifecycle.metricFailed(period),
      'Instances ended up as failed. Look at the history of the executions, which says where.',
      3,
    );
    watch(
      'ExecutionsTimedOut',
      this.lifecycle.metricTimedOut(period),
      'A lifecycle execution took over fifteen minutes: a task hangs. Look at its history for the task.',
    );
    watch(
      'ExecutionsThrottled',
      this.lifecycle.metricThrottled(period),
      'Step Functions slows us down. Look at the account quotas.',
    );
    for (const [task, { function: handler }] of functions) {
      watch(
        `${task}-throttled`,
        handler.metricThrottles(period),
        `Lambda refuses to run ${task}. Look at the account's concurrency.`,
      );
    }
  }
}

/** `LaunchInstance` -> `launch-instance`, as its entry below `functions/lambda/lifecycle/` is called. */
function dashed(task: string): string {
  return task.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
}

/** Seconds the state machine waits for a task, at most; a function that ran longer would work for nobody. */
function longestTimeout(task: string): number {
  const states: Record<string, object> = lifecycleDefinition.States;
  const timeouts = [...taskFunctionsByState()]
    .filter(([, called]) => called === task)
    .map(([state]) => {
      const definition = states[state] ?? {};
      if (!('TimeoutSeconds' in definition)) throw new Error(`the state ${state} of the lifecycle has no TimeoutSeconds`);
      return Number(definition.TimeoutSeconds);
    });
  return Math.max(...timeouts);
}
