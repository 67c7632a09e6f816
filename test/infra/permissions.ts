import type { Template } from 'aws-cdk-lib/assertions';

/** What every function has. */
export const always = [
  'logs: CreateLogStream, PutLogEvents on its own log group',
  'xray: PutTelemetryRecords, PutTraceSegments on *',
];

const throughDynamoDb = 'on the data key through dynamodb';

/** Reading the table, by key only: nothing scans. */
export const read = ['dynamodb: BatchGetItem, GetItem, Query on the table', `kms: Decrypt, DescribeKey ${throughDynamoDb}`];

export const readWrite = [
  'dynamodb: BatchGetItem, ConditionCheckItem, DeleteItem, GetItem, PutItem, Query, UpdateItem on the table',
  `kms: Decrypt, DescribeKey, Encrypt, GenerateDataKey*, ReEncrypt* ${throughDynamoDb}`,
];

/** Actions on customers' secrets, and those on the key that seals them. */
export function secretsManager(actions: string, keyActions?: string): string[] {
  const onKey = keyActions === undefined ? [] : [`kms: ${keyActions} on the secrets key through secretsmanager`];
  return [`secretsmanager: ${actions} on customers' secrets`, ...onKey];
}

export const startLifecycle = 'states: StartExecution on the lifecycle';

export const joinNetwork =
  'ec2: AssignPrivateIpAddresses, CreateNetworkInterface, DeleteNetworkInterface, DescribeNetworkInterfaces, DescribeSubnets, UnassignPrivateIpAddresses on *';

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: unknown;
}

/** What the role of each function allows, by the function's description, one sorted line a statement. */
export function permissionsByFunction(template: Template): Record<string, string[]> {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  return Object.fromEntries(
    functions.map(({ Properties }) => {
      const role: string = Properties.Role['Fn::GetAtt'][0];
      const logGroup: string = Properties.LoggingConfig.LogGroup.Ref;
      const statements: Statement[] = policies
        .filter((policy) => policy.Properties.Roles.some((member: { Ref: string }) => member.Ref === role))
        .flatMap((policy) => policy.Properties.PolicyDocument.Statement);
      return [Properties.Description, statements.flatMap((statement) => lines(statement, logGroup)).sort()];
    }),
  );
}

/** One line for each service that the statement's actions belong to. */
function lines(statement: Statement, logGroup: string): string[] {
  if (statement.Effect !== 'Allow') throw new Error(`unexpected effect ${statement.Effect}`);
  const byService = new Map<string, string[]>();
  for (const action of [statement.Action].flat()) {
    const [service = '', name = ''] = action.split(':');
    byService.set(service, [...(byService.get(service) ?? []), name]);
  }
  const where = `${nameOf(statement.Resource, logGroup)}${throughService(statement.Condition)}`;
  return [...byService].map(([service, names]) => `${service}: ${names.sort().join(', ')} on ${where}`);
}

/** What is allowed to be touched, in words. The whole text must match, so that a wider resource never passes for a known one. */
function nameOf(resource: unknown, logGroup: string): string {
  const text = JSON.stringify(resource);
  const known: [name: string, pattern: RegExp][] = [
    ['*', /^"\*"$/],
    ['its own log group', new RegExp(`^\\{"Fn::GetAtt":\\["${logGroup}","Arn"\\]\\}$`)],
    [
      'the table',
      /^\[(\{"Fn::ImportValue":"[\w-]+-data:ExportsOutputFnGetAttTable\w+Arn\w+"\}),\{"Fn::Join":\["",\[\1,"\/index\/\*"\]\]\}\]$/,
    ],
    ['the data key', /^\{"Fn::ImportValue":"[\w-]+-data:ExportsOutputFnGetAttEncryptionKey\w+"\}$/],
    ['the secrets key', /^\{"Fn::ImportValue":"[\w-]+-secrets:ExportsOutputFnGetAttEncryptionKey\w+"\}$/],
    ["customers' secrets", /^\{"Fn::Join":\["",\["arn:",.*":secretsmanager:",.*":secret:smartlead-mcp\/prod\/\*"\]\]\}$/],
    ['the lifecycle', /^\{"Fn::ImportValue":"[\w-]+-workflow:ExportsOutputRefLifecycle\w+"\}$/],
  ];
  return known.find(([, pattern]) => pattern.test(text))?.[0] ?? text;
}

function throughService(condition: unknown): string {
  if (condition === undefined) return '';
  const text = JSON.stringify(condition);
  const service =
    /^\{"StringEquals":\{"kms:ViaService":\{"Fn::Join":\["",\["(\w+)\.",\{"Ref":"AWS::Region"\},"\.amazonaws\.com"\]\]\}\}\}$/;
  return ` through ${service.exec(text)?.[1] ?? text}`;
}
