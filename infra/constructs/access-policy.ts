import { Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { FunctionAccess } from '../function-access.ts';

/** The resources that functions are given access to. */
export interface AccessibleResources {
  table: dynamodb.Table;
  tableKey: kms.IKey;
  /** ARN pattern of all customers' secrets. */
  secretsArnPattern: string;
  secretsKey: kms.IKey;
  /** Absent for functions of the workflow itself. */
  lifecycle?: IStateMachine;
}

const tableReads = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'];
// A transaction needs the actions of its parts and, for an item that is only looked at, ConditionCheckItem.
const tableWrites = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'];

// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
const keyReads = ['kms:Decrypt', 'kms:DescribeKey'];
const keyWrites = ['kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'];

const secretActions = {
  read: ['secretsmanager:GetSecretValue'],
  write: ['secretsmanager:CreateSecret', 'secretsmanager:PutSecretValue'],
  delete: ['secretsmanager:DeleteSecret'],
} as const;

/** IAM statements for one line of the access table. */
export function accessStatements(scope: Construct, access: FunctionAccess, resources: AccessibleResources): PolicyStatement[] {
  return [
    ...tableStatements(scope, access.table, resources),
    ...secretStatements(scope, access.secrets ?? [], resources),
    ...lifecycleStatements(access.lifecycle, resources),
  ];
}

function tableStatements(scope: Construct, table: FunctionAccess['table'], resources: AccessibleResources): PolicyStatement[] {
  if (table === undefined) return [];
  const { tableArn } = resources.table;
  return [
    new PolicyStatement({
      sid: 'Table',
      actions: table === 'read' ? tableReads : [...tableReads, ...tableWrites],
      resources: [tableArn, `${tableArn}/index/*`],
    }),
    // DynamoDB uses the table's key on behalf of whoever asks.
    keyStatement(scope, 'TableKey', resources.tableKey, 'dynamodb', table === 'read' ? keyReads : [...keyReads, ...keyWrites]),
  ];
}

function secretStatements(
  scope: Construct,
  secrets: NonNullable<FunctionAccess['secrets']>,
  resources: AccessibleResources,
): PolicyStatement[] {
  if (secrets.length === 0) return [];
  const statements = [
    new PolicyStatement({
      sid: 'Secrets',
      actions: secrets.flatMap((action) => [...secretActions[action]]),
      resources: [resources.secretsArnPattern],
    }),
  ];
  // Secrets Manager writes with a data key that it asks for and then opens; deleting needs no key.
  const keyActions = [
    ...(secrets.includes('write') ? ['kms:GenerateDataKey'] : []),
    ...(secrets.includes('write') || secrets.includes('read') ? ['kms:Decrypt'] : []),
  ];
  if (keyActions.length > 0)
    statements.push(keyStatement(scope, 'SecretsKey', resources.secretsKey, 'secretsmanager', keyActions));
  return statements;
}

function lifecycleStatements(lifecycle: FunctionAccess['lifecycle'], resources: AccessibleResources): PolicyStatement[] {
  if (lifecycle === undefined) return [];
  if (resources.lifecycle === undefined) throw new Error('the lifecycle workflow cannot be started from within');
  return [
    new PolicyStatement({
      sid: 'Lifecycle',
      actions: ['states:StartExecution'],
      resources: [resources.lifecycle.stateMachineArn],
    }),
  ];
}

/** Use of a key through one AWS service only, never directly. */
function keyStatement(scope: Construct, sid: string, key: kms.IKey, service: string, actions: string[]): PolicyStatement {
  return new PolicyStatement({
    sid,
    actions,
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `${service}.${Stack.of(scope).region}.amazonaws.com` } },
  });
}
