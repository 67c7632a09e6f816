import { Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { routerPartitions } from '../../core/platform-table.ts';
import type { Access } from '../function-access.ts';
import { mailDomain } from '../names.ts';
import { type InstanceTasks, instanceStatements } from './instance-access.ts';
import { tableIndexes } from './platform-table.ts';

/** The resources that programs are given access to. Those of later stacks may be missing: whoever has no access needs none. */
export interface AccessibleResources {
  stage: string;
  table: dynamodb.ITable;
  tableKey: kms.IKey;
  /** ARN pattern of all customers' secrets. */
  secretsArnPattern: string;
  /** Encrypts the secrets of customers and of the platform. */
  secretsKey: kms.IKey;
  platformSecrets: { 'data-plane': ISecret; 'warm-pool': ISecret };
  queues?: { manager: sqs.IQueue; usage: sqs.IQueue };
  instances?: InstanceTasks;
  lifecycle?: { machine: IStateMachine; executionsArnPattern: string };
  /** Address that mail comes from; without one, nobody may send any. */
  mailFrom: string | undefined;
}

const tableReads = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'];
// A transaction needs the actions of its parts.
const tableWrites = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'];

// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
const keyReads = ['kms:Decrypt', 'kms:DescribeKey'];
const keyWrites = [
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

const secretActions = {
  read: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
  write: [
    'secretsmanager:CreateSecret',
    'secretsmanager:PutSecretValue',
    'secretsmanager:DescribeSecret',
    'secretsmanager:UpdateSecretVersionStage',
  ],
  delete: ['secretsmanager:DeleteSecret', 'secretsmanager:DescribeSecret', 'secretsmanager:UpdateSecretVersionStage'],
  restore: ['secretsmanager:RestoreSecret'],
} as const;

/** IAM statements for one line of the access table. */
export function accessStatements(scope: Construct, access: Access, resources: AccessibleResources): PolicyStatement[] {
  return [
    ...tableStatements(scope, access.table, resources),
    ...secretStatements(scope, access, resources),
    ...(access.instances === undefined ? [] : instanceStatements(access.instances, present(resources.instances, 'instances'))),
    ...lifecycleStatements(access.lifecycle ?? [], resources),
    ...queueStatements(access, resources),
    ...mailStatements(scope, access, resources),
  ];
}

function tableStatements(scope: Construct, table: Access['table'], resources: AccessibleResources): PolicyStatement[] {
  if (table === undefined) return [];
  const { tableArn } = resources.table;
  if (table === 'route') {
    return [
      new PolicyStatement({
        sid: 'Table',
        actions: ['dynamodb:GetItem', 'dynamodb:Query'],
        resources: [tableArn],
        conditions: {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': routerPartitions.map((prefix) => `${prefix}*`) },
          // A condition on all of no values is met, so there has to be one.
          Null: { 'dynamodb:LeadingKeys': 'false' },
        },
      }),
      keyStatement(scope, 'TableKey', resources.tableKey, 'dynamodb', keyReads),
    ];
  }
  return [
    new PolicyStatement({
      sid: 'Table',
      actions: [...(table === 'write' ? [] : tableReads), ...(table === 'read' ? [] : tableWrites)],
      resources: [tableArn, ...tableIndexes.map((index) => `${tableArn}/index/${index}`)],
    }),
    ...(table === 'read' ? [] : [auditStatement(tableArn)]),
    // DynamoDB uses the table's key on behalf of whoever asks.
    keyStatement(scope, 'TableKey', resources.tableKey, 'dynamodb', table === 'read' ? keyReads : [...keyReads, ...keyWrites]),
  ];
}

/** What stands in the audit trail stays as it is: entries are put, each once, and that is all. */
function auditStatement(tableArn: string): PolicyStatement {
  return new PolicyStatement({
    sid: 'AuditTrail',
    effect: Effect.DENY,
    actions: ['dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'],
    resources: [tableArn],
    conditions: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['audit#*'] } },
  });
}

function secretStatements(scope: Construct, access: Access, resources: AccessibleResources): PolicyStatement[] {
  const secrets = access.secrets ?? [];
  const platform = access.platformSecrets ?? [];
  const onSecrets = [
    ...new Set<string>(
      secrets.flatMap((kind) => (Object.hasOwn(secretActions, kind) ? secretActions[kind as keyof typeof secretActions] : [])),
    ),
  ];
  const reads = platform.length > 0 || secrets.includes('read');
  const writes = secrets.includes('write');
  // Secrets Manager writes with a data key that it asks for and then opens; deleting needs no key.
  const keyActions = [...(writes ? ['kms:GenerateDataKey'] : []), ...(writes || reads ? ['kms:Decrypt'] : [])];
  return [
    ...(onSecrets.length === 0
      ? []
      : [new PolicyStatement({ sid: 'Secrets', actions: onSecrets, resources: [resources.secretsArnPattern] })]),
    ...(secrets.includes('list')
      ? [new PolicyStatement({ sid: 'ListSecrets', actions: ['secretsmanager:ListSecrets'], resources: ['*'] })]
      : []),
    ...(platform.length === 0
      ? []
      : [
          new PolicyStatement({
            sid: 'PlatformSecrets',
            actions: ['secretsmanager:GetSecretValue'],
            resources: platform.map((name) => resources.platformSecrets[name].secretArn),
          }),
        ]),
    ...(keyActions.length === 0 ? [] : [keyStatement(scope, 'SecretsKey', resources.secretsKey, 'secretsmanager', keyActions)]),
    ...(secrets.includes('archive') ? [archiveStatement(resources, ['kms:GenerateDataKey', 'kms:Decrypt'])] : []),
    ...(secrets.includes('open-archive') ? [archiveStatement(resources, ['kms:Decrypt'])] : []),
  ];
}

/** Sealing what lies in the table: directly with the key, for a name and this stage, and with nothing else said. */
function archiveStatement({ secretsKey, stage }: AccessibleResources, actions: string[]): PolicyStatement {
  return new PolicyStatement({
    sid: 'Archive',
    actions,
    resources: [secretsKey.keyArn],
    conditions: {
      'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['name', 'stage'] },
      // Not met where no stage is said, either.
      StringEquals: { 'kms:EncryptionContext:stage': stage },
    },
  });
}

function lifecycleStatements(lifecycle: NonNullable<Access['lifecycle']>, resources: AccessibleResources): PolicyStatement[] {
  if (lifecycle.length === 0) return [];
  const { machine, executionsArnPattern } = present(resources.lifecycle, 'lifecycle');
  const statement = (sid: string, action: string, resource: string) =>
    new PolicyStatement({ sid, actions: [action], resources: [resource] });
  return [
    ...(lifecycle.includes('start') ? [statement('Lifecycle', 'states:StartExecution', machine.stateMachineArn)] : []),
    ...(lifecycle.includes('watch') ? [statement('Executions', 'states:DescribeExecution', executionsArnPattern)] : []),
  ];
}

function queueStatements({ sends = [], takes }: Access, { queues }: AccessibleResources): PolicyStatement[] {
  return [
    ...(sends.length === 0
      ? []
      : [
          new PolicyStatement({
            sid: 'Send',
            actions: ['sqs:SendMessage'],
            resources: sends.map((name) => present(queues, 'queues')[name].queueArn),
          }),
        ]),
    ...(takes === undefined
      ? []
      : [
          new PolicyStatement({
            sid: 'Take',
            actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
            resources: [present(queues, 'queues')[takes].queueArn],
          }),
        ]),
  ];
}

function mailStatements(scope: Construct, { mail }: Access, { mailFrom }: AccessibleResources): PolicyStatement[] {
  if (mail === undefined || mailFrom === undefined) return [];
  const identity = (name: string): string =>
    Stack.of(scope).formatArn({ service: 'ses', resource: 'identity', resourceName: name });
  return [
    new PolicyStatement({
      sid: 'Mail',
      actions: ['ses:SendEmail'],
      // SES asks about whichever of the two was verified.
      resources: [identity(mailFrom), identity(mailDomain(mailFrom))],
      conditions: { StringEquals: { 'ses:FromAddress': mailFrom } },
    }),
  ];
}

/** Use of a key through one AWS service only, never directly. */
export function keyStatement(scope: Construct, sid: string, key: kms.IKey, service: string, actions: string[]): PolicyStatement {
  return new PolicyStatement({
    sid,
    actions,
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `${service}.${Stack.of(scope).region}.amazonaws.com` } },
  });
}

function present<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new Error(`a program is to have access to ${name}, which its stack does not know`);
  return value;
}
