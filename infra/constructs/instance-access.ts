import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Access } from '../function-access.ts';

/** What tells the tasks of instances from everything else in the account. */
export interface InstanceTasks {
  clusterArn: string;
  /** ARN pattern of their tasks. */
  tasksArnPattern: string;
  /** ARN pattern of their task definitions, all revisions. */
  definitionsArnPattern: string;
  /** The two roles that their task definitions name. */
  roleArns: readonly string[];
}

/**
 * IAM statements about the tasks of instances. Actions that cannot be narrowed down to a resource are harmless without the rest: a task
 * definition that is registered can name the two roles of instances alone, and runs in the one cluster.
 * Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
 */
export function instanceStatements(actions: NonNullable<Access['instances']>, tasks: InstanceTasks): PolicyStatement[] {
  const inCluster = { ArnEquals: { 'ecs:cluster': tasks.clusterArn } };
  return [
    ...(actions.includes('watch')
      ? [
          new PolicyStatement({ sid: 'ListTasks', actions: ['ecs:ListTasks'], resources: ['*'], conditions: inCluster }),
          new PolicyStatement({
            sid: 'DescribeTasks',
            actions: ['ecs:DescribeTasks'],
            resources: [tasks.tasksArnPattern],
            conditions: inCluster,
          }),
        ]
      : []),
    ...(actions.includes('forget') ? forgetStatements(tasks) : []),
    ...(actions.includes('launch') ? launchStatements(tasks, inCluster) : []),
    ...(actions.includes('end')
      ? [
          new PolicyStatement({
            sid: 'EndTasks',
            actions: ['ecs:StopTask'],
            resources: [tasks.tasksArnPattern],
            conditions: inCluster,
          }),
        ]
      : []),
  ];
}

function forgetStatements(tasks: InstanceTasks): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'ListDefinitions',
      actions: ['ecs:ListTaskDefinitions', 'ecs:DeregisterTaskDefinition'],
      resources: ['*'],
    }),
    new PolicyStatement({
      sid: 'DeleteDefinitions',
      actions: ['ecs:DeleteTaskDefinitions'],
      resources: [tasks.definitionsArnPattern],
    }),
  ];
}

/** Tags that all have: `functions/adapters/fargate/` writes them. */
const commonTags = ['service', 'stage', 'version', 'size'];

/** These tags, and no others. */
function withTags(keys: string[]) {
  return { 'ForAllValues:StringEquals': { 'aws:TagKeys': keys }, Null: { 'aws:TagKeys': 'false' } };
}

function launchStatements(tasks: InstanceTasks, inCluster: object): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'RunTasks',
      actions: ['ecs:RunTask'],
      resources: [tasks.definitionsArnPattern],
      conditions: { ...inCluster },
    }),
    new PolicyStatement({
      sid: 'DefineTasks',
      actions: ['ecs:RegisterTaskDefinition', 'ecs:DescribeTaskDefinition', 'ecs:DeregisterTaskDefinition'],
      resources: ['*'],
    }),
    // Tags say whose a task is. One from the warm pool gets them when it is assigned, so not only when it is made.
    new PolicyStatement({
      sid: 'TagTasks',
      actions: ['ecs:TagResource'],
      resources: [tasks.tasksArnPattern],
      conditions: withTags([...commonTags, 'instance', 'replica', 'processes']),
    }),
    new PolicyStatement({
      sid: 'TagDefinitions',
      actions: ['ecs:TagResource'],
      resources: [tasks.definitionsArnPattern],
      conditions: withTags([...commonTags, 'instance', 'content']),
    }),
    new PolicyStatement({
      sid: 'PassInstanceRoles',
      actions: ['iam:PassRole'],
      resources: [...tasks.roleArns],
      conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    }),
  ];
}
