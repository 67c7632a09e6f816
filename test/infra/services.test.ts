import { readFileSync } from 'node:fs';
import { Match } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  always,
  endTasks,
  launchTasks,
  listSecrets,
  onSecretsKey,
  permissionsByFunction,
  permissionsOfTasks,
  platformSecrets,
  readWrite,
  sealArchive,
  secretsManager,
  startService,
  watchTasks,
  writeOnly,
} from './permissions.ts';
import { placeholderBundles, type SynthesizedStage, synthesizeStage } from './synthesized-stage.ts';

let stage: SynthesizedStage;
let removeBundles: () => Promise<void>;

beforeAll(async () => {
  const bundles = await placeholderBundles();
  removeBundles = bundles.remove;
  stage = await synthesizeStage('prod', { functionBundles: bundles.folder, overrides: { mailFrom: 'mcp@example.com' } });
});
afterAll(() => removeBundles());

describe('a program that hangs', () => {
  it('is replaced: the load balancer asks routers, ECS asks the manager, by a program that is in its image', () => {
    const dockerfile = readFileSync(new URL('../../functions/instance-manager-service/Dockerfile', import.meta.url), 'utf8');
    expect(dockerfile).toContain('health-check.cjs /app/');
    stage.templates.manager.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [
        Match.objectLike({
          Name: 'manager',
          HealthCheck: Match.objectLike({ Command: ['CMD', 'node', '/app/health-check.cjs'] }),
        }),
      ],
    });
    stage.templates.dataPlane.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      HealthCheckPath: Match.stringLikeRegexp('^/'),
    });
  });
});

describe('the permissions of tasks', () => {
  it('of routers and instances are these', () => {
    expect(permissionsOfTasks(stage.templates.dataPlane)).toEqual({
      'Starts instances (prod)': [
        ...startService,
        "secretsmanager: GetSecretValue on customers' secrets and the platform's warm-pool",
        onSecretsKey('Decrypt'),
      ].sort(),
      'Of instances, which may do nothing (prod)': [],
      'Starts the router (prod)': [...startService, platformSecrets('cache', 'data-plane'), onSecretsKey('Decrypt')].sort(),
      'Of the router (prod)': [
        'dynamodb: GetItem, Query on the table itself by keys of tokens, instances and changes',
        'kms: Decrypt, DescribeKey on the data key through dynamodb',
        'sqs: SendMessage on the manager and the usage queue',
      ],
    });
  });

  it('of the manager are these', () => {
    expect(permissionsOfTasks(stage.templates.manager)).toEqual({
      'Starts the manager (prod)': [...startService, platformSecrets('cache', 'data-plane'), onSecretsKey('Decrypt')].sort(),
      'Of the manager (prod)': [
        ...readWrite,
        ...secretsManager(
          'CreateSecret, DeleteSecret, DescribeSecret, GetSecretValue, PutSecretValue, RestoreSecret, UpdateSecretVersionStage',
          'Decrypt, GenerateDataKey',
        ),
        listSecrets,
        sealArchive,
        platformSecrets('warm-pool'),
        ...watchTasks,
        ...launchTasks,
        endTasks,
        "ses: SendEmail on the sender's address and domain from this address",
        'sqs: ChangeMessageVisibility, DeleteMessage, ReceiveMessage on the manager queue',
        'states: DescribeExecution on executions of the lifecycle',
        'states: StartExecution on the lifecycle',
      ].sort(),
    });
  });
});

describe('the permissions of functions that events call', () => {
  it('are these', () => {
    const { messages, auth, dataPlane } = stage.templates;
    expect({ ...permissionsByFunction(messages), ...permissionsByFunction(auth), ...permissionsByFunction(dataPlane) }).toEqual({
      'Usage batches of routers': [
        ...always,
        ...writeOnly,
        'sqs: ChangeMessageVisibility, DeleteMessage, GetQueueAttributes, GetQueueUrl, ReceiveMessage on the usage queue',
      ].sort(),
      'Somebody confirmed their address': [...always, ...readWrite].sort(),
      'Log lines of instances': [...always, ...readWrite, 'sqs: SendMessage on the manager queue'].sort(),
    });
  });
});

describe('what the manager hears', () => {
  it('is which instances run or ended, which operations ended, which routers are to stop, and that a minute has passed', () => {
    const patterns = stage.resources('AWS::Events::Rule').filter(([id]) => id.startsWith('messages/'));
    const [executions, minute, routers, tasks] = ['ExecutionEnded', 'EveryMinute', 'RouterStopping', 'TaskChanged'].map(
      (name) => patterns.find(([id]) => id.startsWith(`messages/${name}`))?.[1].Properties,
    );
    expect(patterns).toHaveLength(4);
    expect(executions?.EventPattern).toMatchObject({
      source: ['aws.states'],
      detail: { status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] },
    });
    expect(JSON.stringify(executions)).toContain(':stateMachine:smartlead-mcp-prod-lifecycle"');
    expect(tasks?.EventPattern).toMatchObject({ source: ['aws.ecs'], detail: { lastStatus: ['RUNNING', 'STOPPED'] } });
    expect(JSON.stringify(tasks)).toContain(':cluster/smartlead-mcp-prod"');
    expect(JSON.stringify(routers)).toContain(':cluster/smartlead-mcp-prod-platform"');
    expect(minute).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      Targets: [{ Input: JSON.stringify({ kind: 'reconcile' }) }],
    });
    for (const [, { Properties }] of patterns) {
      expect(Properties.Targets).toEqual([
        expect.objectContaining({ Arn: { 'Fn::GetAtt': [expect.stringMatching(/^ManagerQueue/), 'Arn'] } }),
      ]);
    }
  });

  it('names the cluster and the state machine that the other stacks make', () => {
    stage.templates.dataPlane.hasResourceProperties('AWS::ECS::Cluster', { ClusterName: 'smartlead-mcp-prod' });
    stage.templates.workflow.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      StateMachineName: 'smartlead-mcp-prod-lifecycle',
    });
  });

  it('is heard within five minutes, or an alarm sounds', () => {
    stage.templates.messages.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ApproximateAgeOfOldestMessage',
      Threshold: 300,
      Period: 60,
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ManagerQueue'), 'QueueName'] } }],
    });
  });
});

describe('usage', () => {
  it('is taken in batches, of which only what failed is taken again', () => {
    stage.templates.messages.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^UsageQueue'), 'Arn'] },
    });
  });

  it('is tried again by the queue only when the function is surely done', () => {
    const [queue] = stage.resources('AWS::SQS::Queue').filter(([id]) => id.startsWith('messages/UsageQueue'));
    const [handler] = stage.resources('AWS::Lambda::Function').filter(([id]) => id.startsWith('messages/'));
    expect(queue?.[1].Properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * Number(handler?.[1].Properties.Timeout));
  });
});

describe('somebody who confirmed their address', () => {
  it('gets a workspace by a function that Cognito alone may call', () => {
    stage.templates.auth.hasResourceProperties('AWS::Cognito::UserPool', {
      LambdaConfig: { PostConfirmation: { 'Fn::GetAtt': [Match.stringLikeRegexp('^PostConfirmation'), 'Arn'] } },
    });
    stage.templates.auth.hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'cognito-idp.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^UserPool'), 'Arn'] },
    });
  });
});
