/**
 * Findings of cdk-nag (the rules "AwsSolutions") that we live with, each on the one construct that it is about, with the reason.
 * `test/infra/nag.test.ts` fails for every other one.
 */
import { Stack, Validations } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** @param rule Such as `RDS11`, or with the one thing it found, `IAM5[Resource::*]`. */
export function acceptFinding(construct: IConstruct, rule: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions-${rule}`, reason });
}

/** Why a statement has to name more than one thing, by its Sid. Others may not. */
const reasonsForWildcards: Readonly<Record<string, string>> = {
  Traces: 'X-Ray knows no resources.',
  JoinNetwork: 'EC2 cannot narrow these actions down to the network interfaces of one function.',
  PullImages: 'The token for the registry is for the whole registry; what may be pulled is named beside it.',
  Secrets: "Customers' secrets, one for each Smartlead key, are made at run time; they alone are below this prefix.",
  ListSecrets: 'Secrets Manager cannot narrow down who may list; a list has names and no values.',
  ListTasks: 'ECS narrows this action down by the cluster, which the condition names.',
  DescribeTasks: 'Tasks of instances are made at run time; they alone are in this cluster.',
  EndTasks: 'Tasks of instances are made at run time; they alone are in this cluster.',
  RunTasks: 'Task definitions of instances are made at run time; they alone are in families with this prefix.',
  DefineTasks: 'ECS cannot narrow these actions down; a definition can name only the two roles that may be passed.',
  ListDefinitions: 'ECS cannot narrow these actions down.',
  DeleteDefinitions: 'Task definitions of instances are made at run time; they alone are in families with this prefix.',
  TagTasks: 'Tasks and task definitions of instances are made at run time; they alone are called like this.',
  Executions: 'Executions of the one state machine are made at run time.',
  LogDelivery: 'Step Functions sets up the delivery of its log with actions that know no resources.',
};

/** Accepts the wildcards of a role's statements, one finding each, with the reason for each statement that has it. */
export function acceptWildcards(role: IConstruct, statements: readonly Pick<PolicyStatement, 'sid' | 'resources'>[]): void {
  const reasons = new Map<string, string[]>();
  for (const { sid = '', resources } of statements) {
    const reason = reasonsForWildcards[sid];
    if (reason === undefined) continue;
    for (const resource of resources) {
      const text = asFound(role, resource);
      if (text.includes('*')) reasons.set(text, [...(reasons.get(text) ?? []), reason]);
    }
  }
  for (const [resource, why] of reasons) acceptFinding(role, `IAM5[Resource::${resource}]`, [...new Set(why)].join(' '));
}

/** An ARN as cdk-nag writes it in what it finds: what is only known when it is deployed in angle brackets. */
export function asFound(scope: IConstruct, arn: string): string {
  return flattened(Stack.of(scope).resolve(arn));
}

function flattened(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, operand] = ['', undefined]] = Object.entries(value);
  if (name === 'Ref') return `<${String(operand)}>`;
  if (name === 'Fn::GetAtt') return `<${(operand as string[]).join('.')}>`;
  if (name === 'Fn::ImportValue') return String(operand);
  if (name !== 'Fn::Join') return JSON.stringify(value);
  const [separator, parts] = operand as [string, unknown[]];
  return parts.map(flattened).join(separator);
}
