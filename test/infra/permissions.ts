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
  'dynamodb: BatchGetItem, BatchWriteItem, DeleteItem, GetItem, PutItem, Query, UpdateItem on the table',
  `kms: Decrypt, DescribeKey, Encrypt, GenerateDataKey, GenerateDataKeyWithoutPlaintext, ReEncryptFrom, ReEncryptTo ${throughDynamoDb}`,
  'not dynamodb: BatchWriteItem, DeleteItem, UpdateItem on the table itself where the audit trail is',
];

/** Writing it without reading it. */
export const writeOnly = readWrite.map((line) =>
  line.replace('BatchGetItem, ', '').replace('GetItem, ', '').replace('Query, ', ''),
);

/** Actions on customers' secrets, and those on the key that seals them. */
export function secretsManager(actions: string, keyActions?: string): string[] {
  return [`secretsmanager: ${actions} on customers' secrets`, ...(keyActions === undefined ? [] : [onSecretsKey(keyActions)])];
}

/** Actions on the key that seals secrets, by way of Secrets Manager alone. */
export function onSecretsKey(actions: string): string {
  return `kms: ${actions} on the secrets key through secretsmanager`;
}

/** Reading secrets of the platform by their construct's name, without the key. */
export function platformSecrets(...names: string[]): string {
  return `secretsmanager: GetSecretValue on the platform's ${names.join(' and ')}`;
}

export const sealArchive = 'kms: Decrypt, GenerateDataKey on the secrets key with a name and this stage';

export const openArchive = 'kms: Decrypt on the secrets key with a name and this stage';

/** Taking away what an instance was started with. */
export const forgetDefinitions = [
  'ecs: DeregisterTaskDefinition, ListTaskDefinitions on *',
  'ecs: DeleteTaskDefinitions on definitions of instances',
];

export const listSecrets = 'secretsmanager: ListSecrets on *';

export const startLifecycle = 'states: StartExecution on the lifecycle';

export const tellManager = 'sqs: SendMessage on the manager queue';

export const watchTasks = [
  'ecs: ListTasks on * in the cluster of instances',
  'ecs: DescribeTasks on tasks of instances in their cluster',
];

export const endTasks = 'ecs: StopTask on tasks of instances in their cluster';

export const launchTasks = [
  'ecs: RunTask on definitions of instances in their cluster',
  'ecs: DeregisterTaskDefinition, DescribeTaskDefinition, RegisterTaskDefinition on *',
  'ecs: TagResource on tasks of instances with tags service, stage, version, size, instance, replica, processes',
  'ecs: TagResource on definitions of instances with tags service, stage, version, size, instance, content',
  'iam: PassRole on the two roles of instances to ECS tasks',
];

/** What the execution role of every service has, beside its secrets. */
export const startService = [
  'ecr: BatchCheckLayerAvailability, BatchGetImage, GetDownloadUrlForLayer on the images',
  'ecr: GetAuthorizationToken on *',
  'logs: CreateLogStream, PutLogEvents on its own log group',
];

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
  const functions = Object.values(template.findResources('AWS::Lambda::Function')).filter(
    ({ Properties }) => Properties.Description !== undefined,
  );
  return Object.fromEntries(
    functions.map(({ Properties }) => [
      Properties.Description,
      permissionsOf(template, Properties.Role['Fn::GetAtt'][0], Properties.LoggingConfig.LogGroup.Ref),
    ]),
  );
}

/** The same of each role of a task, by the role's description. */
export function permissionsOfTasks(template: Template): Record<string, string[]> {
  const roles = Object.entries(template.findResources('AWS::IAM::Role')).filter(([, { Properties }]) =>
    JSON.stringify(Properties.AssumeRolePolicyDocument).includes('ecs-tasks.amazonaws.com'),
  );
  return Object.fromEntries(
    roles.map(([id, { Properties }]) => [
      Properties.Description,
      permissionsOf(template, id, `${/^[A-Z][a-z]+/.exec(id)?.[0]}Logs\\w+`),
    ]),
  );
}

/** @param logGroup Logical id of its log group, or a pattern of it. */
function permissionsOf(template: Template, role: string, logGroup: string): string[] {
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .filter((policy) => policy.Properties.Roles.some((member: { Ref: string }) => member.Ref === role))
    .flatMap((policy): Statement[] => policy.Properties.PolicyDocument.Statement)
    .flatMap((statement) => lines(statement, logGroup))
    .sort();
}

/** One line for each service that the statement's actions belong to. */
function lines(statement: Statement, logGroup: string): string[] {
  const effect = { Allow: '', Deny: 'not ' }[statement.Effect];
  if (effect === undefined) throw new Error(`unexpected effect ${statement.Effect}`);
  const byService = new Map<string, string[]>();
  for (const action of [statement.Action].flat()) {
    const [service = '', name = ''] = action.split(':');
    byService.set(service, [...(byService.get(service) ?? []), name]);
  }
  const where = `${nameOf(statement.Resource, logGroup)}${underCondition(statement.Condition, nameOf(statement.Resource, logGroup))}`;
  return [...byService].map(([service, names]) => `${effect}${service}: ${names.sort().join(', ')} on ${where}`);
}

const exported = (stack: string, id: string): string =>
  `\\{"Fn::ImportValue":"[\\w-]+-${stack}:ExportsOutput(?:Ref|FnGetAtt)${id}\\w+"\\}`;
const anyAccount = '"arn:aws:(?:ecs|ecr|rds-db|secretsmanager|states|ses):us-east-1:",\\{"Ref":"AWS::AccountId"\\},"';
const arn = (rest: string): string => `\\{"Fn::Join":\\["",\\[${anyAccount}:${rest}"\\]\\]\\}`;
const tasks = arn('task/smartlead-mcp-prod/\\*');
const definitions = arn('task-definition/smartlead-mcp-prod-\\*:\\*');
const role = (name: string): string =>
  `(?:${exported('data-plane', `Instances${name}`)}|\\{"Fn::GetAtt":\\["Instances${name}\\w+","Arn"\\]\\})`;

/** What is allowed to be touched, in words. The whole text must match, so that a wider resource never passes for a known one. */
function nameOf(resource: unknown, logGroup: string): string {
  const text = JSON.stringify(resource);
  const platform = (...ids: string[]): string => ids.map((id) => exported('secrets', id)).join(',');
  const known: [name: string, pattern: string][] = [
    ['*', '"\\*"'],
    ['its own log group', `\\{"Fn::GetAtt":\\["${logGroup}","Arn"\\]\\}`],
    [
      'the table',
      `\\[(${exported('data', 'TableCD')}),${['gsi1', 'gsi2'].map((index) => `\\{"Fn::Join":\\["",\\[\\1,"/index/${index}"\\]\\]\\}`).join(',')}\\]`,
    ],
    ['the table itself', exported('data', 'TableCD')],
    ['the data key', exported('data', 'EncryptionKey')],
    ['the secrets key', exported('secrets', 'EncryptionKey')],
    ["customers' secrets", arn('secret:smartlead-mcp/prod/keys/\\*')],
    [
      "customers' secrets and the platform's warm-pool",
      `\\[${platform('WarmPool')},${arn('secret:smartlead-mcp/prod/keys/\\*')}\\]`,
    ],
    ["the platform's data-plane", platform('DataPlane')],
    ["the platform's warm-pool", platform('WarmPool')],
    ["the platform's data-plane and warm-pool", `\\[${platform('DataPlane', 'WarmPool')}\\]`],
    ["the platform's cache and data-plane", `\\[${platform('CachePassword', 'DataPlane')}\\]`],
    ['the lifecycle', exported('workflow', 'Lifecycle')],
    ['executions of the lifecycle', arn('execution:smartlead-mcp-prod-lifecycle:\\*')],
    ['tasks of instances', tasks],
    ['definitions of instances', definitions],
    ['tasks and definitions of instances', `\\[${definitions},${tasks}\\]`],
    ['the two roles of instances', `\\[${role('ExecutionRole')},${role('TaskRole')}\\]`],
    ['the images', '\\{"Fn::Join":.*":repository/",\\{"Fn::Sub":"cdk-\\w+-container-assets-[^"]*"\\}\\]\\]\\}'],
    ['the manager queue', `(?:${exported('messages', 'ManagerQueue')})`],
    ['the manager and the usage queue', `\\[${exported('messages', 'ManagerQueue')},${exported('messages', 'UsageQueue')}\\]`],
    [
      "the schema's owner",
      '\\{"Fn::Join":\\["",\\["arn:aws:rds-db:us-east-1:",.*Database\\w+DbiResourceId\\w+"\\},"/migrator"\\]\\]\\}',
    ],
    ["the master user's password", exported('data', 'Database\\w+MasterUserSecret')],
    ['the usage queue', '\\{"Fn::GetAtt":\\["UsageQueue\\w+","Arn"\\]\\}'],
    ["the sender's address and domain", `\\[${arn('identity/example\\.com')},${arn('identity/mcp@example\\.com')}\\]`],
  ];
  return known.find(([, pattern]) => new RegExp(`^${pattern}$`).test(text))?.[0] ?? text;
}

/** When it is allowed, in words. */
function underCondition(condition: unknown, resource: string): string {
  if (condition === undefined) return '';
  const text = JSON.stringify(condition);
  const service = /^\{"StringEquals":\{"kms:ViaService":"(\w+)\.us-east-1\.amazonaws\.com"\}\}$/.exec(text);
  if (service !== null) return ` through ${service[1]}`;
  const tags = /^\{"ForAllValues:StringEquals":\{"aws:TagKeys":\["([\w",]+)"\]\},"Null":\{"aws:TagKeys":"false"\}\}$/.exec(text);
  if (tags !== null) return ` with tags ${tags[1]?.replaceAll('","', ', ')}`;
  const known: [words: string, pattern: string][] = [
    [' where the audit trail is', '\\{"ForAnyValue:StringLike":\\{"dynamodb:LeadingKeys":\\["audit#\\*"\\]\\}\\}'],
    [
      resource === '*' ? ' in the cluster of instances' : ' in their cluster',
      `\\{"ArnEquals":\\{"ecs:cluster":${arn('cluster/smartlead-mcp-prod')}\\}\\}`,
    ],
    [' to ECS tasks', '\\{"StringEquals":\\{"iam:PassedToService":"ecs-tasks\\.amazonaws\\.com"\\}\\}'],
    [
      ' with a name and this stage',
      '\\{"ForAllValues:StringEquals":\\{"kms:EncryptionContextKeys":\\["name","stage"\\]\\},"StringEquals":\\{"kms:EncryptionContext:stage":"prod"\\}\\}',
    ],
    [' from this address', '\\{"StringEquals":\\{"ses:FromAddress":"mcp@example\\.com"\\}\\}'],
    [
      ' by keys of tokens, instances and changes',
      '\\{"ForAllValues:StringLike":\\{"dynamodb:LeadingKeys":\\["token#\\*","instance#\\*","changes#\\*"\\]\\},"Null":\\{"dynamodb:LeadingKeys":"false"\\}\\}',
    ],
  ];
  return known.find(([, pattern]) => new RegExp(`^${pattern}$`).test(text))?.[0] ?? ` if ${text}`;
}
