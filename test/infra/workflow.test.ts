import { Match, type Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lifecycleDefinition, taskFunctionsByState } from '../../functions/instance-manager/lifecycle-definition.ts';
import { lifecycleTasks } from '../../functions/instance-manager/tasks/index.ts';
import {
  always,
  endTasks,
  forgetDefinitions,
  joinNetwork,
  launchTasks,
  onSecretsKey,
  openArchive,
  permissionsByFunction,
  platformSecrets,
  read,
  readWrite,
  secretsManager,
  watchTasks,
} from './permissions.ts';
import { placeholderBundles, synthesizeStage } from './synthesized-stage.ts';

let workflow: Template;
let removeBundles: () => Promise<void>;

beforeAll(async () => {
  const bundles = await placeholderBundles();
  removeBundles = bundles.remove;
  ({ workflow } = (await synthesizeStage('prod', { functionBundles: bundles.folder })).templates);
});
afterAll(() => removeBundles());

describe('the lifecycle workflow', () => {
  const stateMachine = () => Object.values(workflow.findResources('AWS::StepFunctions::StateMachine'))[0]?.Properties;

  it('is the definition of the instance manager, to the letter', () => {
    expect(stateMachine()?.StateMachineType).toBe('STANDARD');
    expect(JSON.parse(stateMachine()?.DefinitionString)).toEqual(lifecycleDefinition);
  });

  it('has a function for each placeholder, and no function too many', () => {
    const substitutions: Record<string, Target> = stateMachine()?.DefinitionSubstitutions;
    const placeholders = [...new Set(stateMachine()?.DefinitionString.match(/\$\{\w+\}/g))];
    expect(
      Object.keys(substitutions)
        .map((name) => `\${${name}}`)
        .sort(),
    ).toEqual(placeholders.sort());
    expect(Object.keys(substitutions).sort()).toEqual(
      Object.keys(lifecycleTasks)
        .map((task) => `${task}Arn`)
        .sort(),
    );

    for (const [placeholder, target] of Object.entries(substitutions)) {
      expect(functionOf(target)?.Description).toBe(`Lifecycle of instances: ${placeholder.replace(/Arn$/, '')}`);
    }
  });

  it('keeps a function of the way of a start ready, all of them and no other', () => {
    const substitutions: Record<string, Target> = stateMachine()?.DefinitionSubstitutions;
    const ready = Object.entries(substitutions).filter(([, target]) => 'Ref' in target);
    expect(ready.map(([placeholder]) => placeholder.replace(/Arn$/, '')).sort()).toEqual([
      'AwaitHealthy',
      'BeginOperation',
      'LaunchInstance',
      'MarkRunning',
      'RegisterRoute',
      'RemoveRoute',
      'ResolveSecret',
      'StopInstance',
    ]);
    for (const alias of Object.values(workflow.findResources('AWS::Lambda::Alias'))) {
      expect(alias.Properties.ProvisionedConcurrencyConfig).toEqual({ ProvisionedConcurrentExecutions: 1 });
    }
  });

  it('may call those functions and nothing else', () => {
    const [role] =
      Object.entries(workflow.findResources('AWS::IAM::Policy')).find(([id]) => id.startsWith('LifecycleRole')) ?? [];
    const statements: { Sid?: string; Action: string | string[]; Resource: unknown }[] =
      workflow.findResources('AWS::IAM::Policy')[role ?? '']?.Properties.PolicyDocument.Statement;
    const calls = statements.filter(({ Action }) => Action === 'lambda:InvokeFunction');
    expect(calls).toHaveLength(1);
    const called = ((calls[0]?.Resource ?? []) as Target[]).map((target) => functionOf(target)?.Description).sort();
    expect(called).toEqual(
      Object.values(workflow.findResources('AWS::Lambda::Function'))
        .map(({ Properties }) => Properties.Description)
        .sort(),
    );
    const others = statements.filter((statement) => !calls.includes(statement)).flatMap(({ Action }) => Action);
    expect(others.filter((action) => !/^(logs|xray):/.test(action))).toEqual([]);
  });

  it.each([...taskFunctionsByState()])('%s ends in time, and its function %s not before nor long after', (state, task) => {
    const states: Record<string, object> = lifecycleDefinition.States;
    const definition = states[state];
    expect(definition).toMatchObject({ Type: 'Task', TimeoutSeconds: expect.any(Number) });
    const [handler] = Object.values(
      workflow.findResources('AWS::Lambda::Function', { Properties: { Description: `Lifecycle of instances: ${task}` } }),
    );
    const patience = definition !== undefined && 'TimeoutSeconds' in definition ? Number(definition.TimeoutSeconds) : 0;
    expect(handler?.Properties.Timeout).toBeGreaterThanOrEqual(patience);
    expect(handler?.Properties.Timeout).toBeLessThanOrEqual(150);
  });

  it('logs failures without what customers entered, and is traced', () => {
    expect(stateMachine()).toMatchObject({
      LoggingConfiguration: { IncludeExecutionData: false, Level: 'ERROR' },
      TracingConfiguration: { Enabled: true },
    });
  });

  it('keeps executions that failed in a queue, without input and output, and sounds an alarm', () => {
    workflow.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: { status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
      },
      Targets: [
        {
          Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^FailedExecutions'), 'Arn'] },
          InputTransformer: {
            InputPathsMap: {
              'detail-executionArn': '$.detail.executionArn',
              'detail-status': '$.detail.status',
              'detail-error': '$.detail.error',
              'detail-stopDate': '$.detail.stopDate',
            },
          },
        },
      ],
    });
    workflow.hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 14 * 24 * 3600 });
    for (const MetricName of ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionThrottled']) {
      workflow.hasResourceProperties('AWS::CloudWatch::Alarm', { Namespace: 'AWS/States', MetricName });
    }
    workflow.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
    });
  });

  it('has inside the private network what speaks to instances, and nothing else', () => {
    const inNetwork = Object.values(workflow.findResources('AWS::Lambda::Function'))
      .filter(({ Properties }) => Properties.VpcConfig !== undefined)
      .map(({ Properties }) => Properties.Description);
    expect(inNetwork.sort()).toEqual([
      'Lifecycle of instances: AwaitHealthy',
      'Lifecycle of instances: LaunchInstance',
      'Lifecycle of instances: StopInstance',
    ]);
  });

  /** The function that is called, straight or by the alias of the version that is kept ready. */
  function functionOf(target: Target): { Description: string } | undefined {
    if ('Fn::GetAtt' in target)
      return workflow.findResources('AWS::Lambda::Function')[target['Fn::GetAtt'][0]]?.Properties as never;
    const alias = workflow.findResources('AWS::Lambda::Alias')[target.Ref];
    return workflow.findResources('AWS::Lambda::Function')[alias?.Properties.FunctionName.Ref]?.Properties as never;
  }
});

type Target = { 'Fn::GetAtt': [string, string] } | { Ref: string };

describe('the permissions of the task functions', () => {
  it('are these', () => {
    const sealer = [platformSecrets('data-plane'), onSecretsKey('Decrypt')];
    const table: Record<string, string[]> = {
      BeginOperation: [...readWrite, ...sealer, ...watchTasks],
      RemoveRoute: [...readWrite, ...sealer],
      StopInstance: [...readWrite, ...sealer, ...watchTasks, endTasks, joinNetwork],
      ResolveSecret: [...readWrite, ...secretsManager('DescribeSecret, GetSecretValue, RestoreSecret', 'Decrypt'), openArchive],
      LaunchInstance: [
        ...readWrite,
        ...secretsManager(
          'CreateSecret, DescribeSecret, GetSecretValue, PutSecretValue, RestoreSecret, UpdateSecretVersionStage',
          'Decrypt, GenerateDataKey',
        ),
        openArchive,
        platformSecrets('data-plane', 'warm-pool'),
        ...watchTasks,
        ...launchTasks,
        endTasks,
        joinNetwork,
      ],
      AwaitHealthy: [...read, ...sealer, ...watchTasks, joinNetwork],
      RegisterRoute: [...readWrite, ...sealer],
      MarkRunning: [...readWrite, ...watchTasks],
      MarkStopped: readWrite,
      MarkSleeping: readWrite,
      MarkUnauthenticated: readWrite,
      MarkFailed: readWrite,
      DeleteInstance: [...readWrite, ...sealer, ...forgetDefinitions],
    };
    const expected = Object.entries(table).map(([task, own]) => [`Lifecycle of instances: ${task}`, [...always, ...own].sort()]);
    expect(permissionsByFunction(workflow)).toEqual(Object.fromEntries(expected));
  });

  it('come from no managed policy', () => {
    for (const { Properties } of Object.values(workflow.findResources('AWS::IAM::Role'))) {
      expect(Properties.ManagedPolicyArns ?? []).toEqual([]);
    }
  });
});
