import { z } from 'zod';

/** The deployments of the service; each is a full copy in stacks of its own. */
export const stages = ['dev', 'prod'] as const;
export type StageName = (typeof stages)[number];

/** AWS services that can be reached through interface endpoints instead of NAT. Each costs about $7 a month per zone before traffic. */
export const interfaceEndpointServices = ['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager', 'states'] as const;

/** The retention periods, in days, that CloudWatch Logs accepts and that we consider sensible. */
const logRetentionDays = [7, 14, 30, 60, 90, 180, 365, 400] as const;

/** Names below a domain that the service takes for itself. */
const hostname = z.hostname().regex(/\./, 'must be a full name such as smartlead.example.com');

/**
 * Memory, in mebibytes, that Fargate has for each number of CPU units: from, to, and the step between.
 * Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#task_size
 */
const fargateMemory: Readonly<Record<number, readonly [from: number, to: number, step: number]>> = {
  256: [512, 2_048, 512],
  512: [1_024, 4_096, 1_024],
  1024: [2_048, 8_192, 1_024],
  2048: [4_096, 16_384, 1_024],
  4096: [8_192, 30_720, 1_024],
};
const fargateCpu = z.coerce
  .number()
  .refine((units) => units in fargateMemory, `must be one of ${Object.keys(fargateMemory).join(', ')}`);

const flag = z.union([z.boolean(), z.stringbool()], { error: 'must be true or false' });
const wholeNumber = (from: number, to: number) => z.coerce.number().int().min(from).max(to);
/** The command line writes a list with commas. */
const fromText = (value: unknown): unknown =>
  typeof value === 'string' ? value.split(',').filter((part) => part !== '') : value;
const listOf = <Item extends string>(items: readonly [Item, ...Item[]]) => z.preprocess(fromText, z.array(z.enum(items)));

/**
 * Every setting of a deployment. Values may be strings, because `cdk synth -c natGateways=one` hands them over as such; the command
 * line wins over the stage's own values below.
 */
export const settingsSchema = z
  .strictObject({
    stage: z.enum(stages),
    /**
     * Region of all stacks but one: CloudFront takes firewalls and certificates from us-east-1 alone. What the command line points at
     * where nothing is said.
     */
    region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region such as eu-central-1'),
    /** Private address range of the VPC. The subnets are cut for a /16: three zones with room for 16,000 instances each. */
    vpcCidr: z.cidrv4().endsWith('/16', 'must be a /16'),
    availabilityZones: wholeNumber(2, 3),
    /** One NAT gateway is cheaper, and a single point of failure for everything that leaves the private subnets. */
    natGateways: z.enum(['one', 'per-zone']),
    interfaceEndpoints: listOf(interfaceEndpointServices),
    /** Which connections the VPC flow logs record. */
    flowLogTraffic: z.enum(['rejected', 'all']),
    logRetentionDays: z.coerce
      .number()
      .refine((days) => (logRetentionDays as readonly number[]).includes(days), `must be one of ${logRetentionDays.join(', ')}`),
    /** Keeps tables, databases, user pools and keys when their stack is deleted, and refuses to delete them by mistake. */
    protectData: flag,
    /** How far back the DynamoDB table can be restored to any second. */
    pointInTimeRecoveryDays: wholeNumber(1, 35),
    /**
     * Name of a table that is there, to be used in place of one that this deployment would make: one that was restored, which DynamoDB does
     * into a new name alone. To be kept in the settings from then on. What a restore does not bring along (expiry, point-in-time recovery,
     * protection, tags) is nobody's to set but yours: docs/operations.md, restoring.
     */
    table: z
      .string()
      .regex(/^[a-zA-Z0-9_.-]{3,255}$/, 'must be the name of a table in this account and region')
      .optional(),
    /**
     * ARN of a key that is there, to encrypt table, database and cache in place of one that this deployment would make. A restored table
     * that another stack's key encrypts can only be read with that. To be kept from then on.
     */
    dataKey: z
      .string()
      .regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, 'must be the ARN of a key, not of an alias')
      .optional(),
    /**
     * ARN of a snapshot to make the billing database from. To be kept from then on: CloudFormation replaces a database whose snapshot is
     * another one, or none any more.
     */
    databaseSnapshot: z
      .string()
      .regex(/^arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:snapshot:[\w:-]+$/, 'must be the ARN of a snapshot of a database instance')
      .optional(),
    databaseInstanceClass: z.string().regex(/^[a-z]\d[a-z]*\.[a-z0-9]+$/, 'must be a class and a size such as t4g.micro'),
    databaseMultiAz: flag,
    databaseStorageGibibytes: wholeNumber(20, 65_536),
    /** Storage grows by itself up to this size. */
    databaseStorageLimitGibibytes: wholeNumber(20, 65_536),
    databaseBackupDays: wholeNumber(1, 35),
    /** Whether strangers may sign up, or only people whom an operator invites. */
    signUps: z.enum(['open', 'closed']),
    /**
     * After the user pool was lost: accounts from before this time, which is when the new pool was made, go to whoever proves their e-mail
     * address to the new one. Only while people come back, and only while nobody can sign up: who signs up with another person's address chooses
     * a password, and its owner may be made to confirm it. docs/operations.md says what it takes from people.
     */
    relinkAccountsBefore: z.iso.datetime('must be a time in UTC such as 2026-11-22T09:30:00Z').optional(),
    /** Requests per second the API answers, over all customers. */
    apiRequestsPerSecond: wholeNumber(1, 10_000),
    /** Requests that may come at once before the rate above counts. */
    apiBurst: wholeNumber(1, 5_000),
    /**
     * Another address at which the dashboard is opened, such as that of a development server. Sign-in may return only to this one and
     * the dashboard's own, and browsers may call the API only from these.
     */
    dashboardUrl: z.url({ protocol: /^https?$/ }).optional(),
    /**
     * Where a simulated Smartlead plays its four hosts, each under its name and the path that it has, such as
     * `http://127.0.0.1:4000`. For tests of a deployment; the real hosts where it is missing.
     */
    smartleadUrl: z.url({ protocol: /^https?$/ }).optional(),
    /**
     * The domain below which the service is found: MCP clients at `mcp.`, the dashboard at `app.` of it. Without one, names of
     * CloudFront serve, with its limits (see `constructs/mcp-distribution.ts`).
     */
    domainName: hostname.optional(),
    /** The Route 53 zone that the domain is in: certificates are proved and names published there. */
    hostedZoneId: z
      .string()
      .regex(/^Z[A-Z0-9]+$/, 'must be the id of a Route 53 zone such as Z0123456789ABCDEFGHIJ')
      .optional(),
    /** Name of that zone; the domain itself where nothing else is said. */
    hostedZoneName: hostname.optional(),
    /**
     * Where hosted MCP clients call from, as they publish it: they act for many people at once, so no rule of the firewall slows them
     * down. IPv4 ranges.
     */
    mcpClientRanges: z.preprocess(fromText, z.array(z.cidrv4())),
    /**
     * Requests in five minutes that the firewall takes from one address. It is there for floods: a whole agency is behind one address,
     * and limits by token, instance and workspace are the router's.
     */
    firewallRequestsPerAddress: wholeNumber(100, 2_000_000_000),
    /** Routers that always run, and the most there may be. */
    routerTasksMin: wholeNumber(1, 50),
    routerTasksMax: wholeNumber(1, 50),
    /** CPU units (1,024 are one processor) and mebibytes of memory of a router. */
    routerCpu: fargateCpu,
    routerMemory: wholeNumber(512, 30_720),
    /** Open streams for each router, on average, above which there are to be more routers. */
    routerStreamsPerTask: wholeNumber(100, 50_000),
    /** Processes of the manager: one works, a second one takes over within seconds. */
    managerTasks: wholeNumber(1, 3),
    /** Runs no manager at all, whatever `managerTasks` says: while a table is restored, nobody is to repair anything by it. */
    managerPaused: flag,
    managerCpu: fargateCpu,
    managerMemory: wholeNumber(512, 30_720),
    /** Runs routers and manager on spare capacity: cheaper, and ended by AWS with two minutes' notice whenever it likes. */
    serviceSpot: flag,
    /** Instances without a customer that are kept ready at least; demand adds to them. */
    warmPoolSize: wholeNumber(0, 500),
    /** Measures of Container Insights for every instance. They cost more than a small instance itself; the platform has its own. */
    instanceInsights: flag,
    cacheNodeType: z.string().regex(/^[a-z]\d[a-z]*\.[a-z0-9]+$/, 'must be a class and a size such as t4g.micro'),
    /** Nodes of the cache; from two on, the loss of one is survived. */
    cacheNodes: wholeNumber(1, 6),
    /** Execution environments that each function on the way of a start keeps ready, so that no start waits for a cold one. */
    lifecycleWarmFunctions: wholeNumber(0, 100),
    /**
     * Sender of the service's mail. Where its domain is in the hosted zone, SES is made to know it; else SES must have verified the
     * address or its domain. Without it no mail is sent.
     */
    mailFrom: z.email().optional(),
    /** Receives alarms after confirming the subscription; without it, subscribe to the alarm topic by hand. */
    alarmEmail: z.email().optional(),
    /** What the whole AWS account may cost in a month, in US dollars, before the alarm topic hears of it. */
    monthlyBudgetDollars: wholeNumber(1, 10_000_000),
  })
  .superRefine((settings, context) => {
    const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (settings.databaseStorageLimitGibibytes < settings.databaseStorageGibibytes) {
      refuse('databaseStorageLimitGibibytes', 'must not be below databaseStorageGibibytes');
    }
    for (const name of ['dataKey', 'databaseSnapshot'] as const) {
      const arn = settings[name];
      if (arn !== undefined && arn.split(':')[3] !== settings.region)
        refuse(name, `must be in ${settings.region}, as all stacks are`);
    }
    const { relinkAccountsBefore } = settings;
    if (relinkAccountsBefore !== undefined && Date.parse(relinkAccountsBefore) > Date.now()) {
      refuse('relinkAccountsBefore', "must not be in the future: accounts of the present pool are nobody else's");
    }
    if (relinkAccountsBefore !== undefined && settings.signUps !== 'closed') {
      refuse('signUps', 'must be closed with relinkAccountsBefore: people get their accounts back by your invitation');
    }
    if (settings.routerTasksMax < settings.routerTasksMin) refuse('routerTasksMax', 'must not be below routerTasksMin');
    for (const part of ['router', 'manager'] as const) {
      const [from, to, step] = fargateMemory[settings[`${part}Cpu`]] ?? [0, 0, 1];
      const memory = settings[`${part}Memory`];
      if (memory < from || memory > to || memory % step !== 0) {
        refuse(`${part}Memory`, `must be ${from} to ${to} in steps of ${step}, which is what Fargate has for ${part}Cpu`);
      }
    }
    const { domainName, hostedZoneId, hostedZoneName = domainName } = settings;
    if (domainName !== undefined && hostedZoneId === undefined) refuse('hostedZoneId', 'must be given with domainName');
    if (domainName === undefined && (hostedZoneId ?? hostedZoneName) !== undefined) {
      refuse('domainName', 'must be given with hostedZoneId and hostedZoneName');
    }
    if (domainName !== undefined && domainName !== hostedZoneName && !domainName.endsWith(`.${hostedZoneName}`)) {
      refuse('domainName', 'must be in the zone hostedZoneName');
    }
    if (settings.stage !== 'prod') return;
    if (!settings.protectData) refuse('protectData', 'must be true in prod');
    if (!settings.databaseMultiAz) refuse('databaseMultiAz', 'must be true in prod');
    if (settings.databaseBackupDays < 7) refuse('databaseBackupDays', 'must be 7 or more in prod');
    if (settings.pointInTimeRecoveryDays < 7) refuse('pointInTimeRecoveryDays', 'must be 7 or more in prod');
    if (settings.routerTasksMin < 2) refuse('routerTasksMin', 'must be 2 or more in prod');
    if (settings.managerTasks < 2) refuse('managerTasks', 'must be 2 or more in prod');
    if (settings.cacheNodes < 2) refuse('cacheNodes', 'must be 2 or more in prod');
    if (settings.serviceSpot) refuse('serviceSpot', 'must be false in prod');
    if (settings.smartleadUrl !== undefined) refuse('smartleadUrl', 'must not be given in prod');
    if (settings.dashboardUrl?.startsWith('http:')) refuse('dashboardUrl', 'must start with https:// in prod');
  });
export type Settings = z.infer<typeof settingsSchema>;

/**
 * Where Anthropic calls MCP servers from, for Claude on the web, on desktops and on phones.
 * Source: https://platform.claude.com/docs/en/api/ip-addresses (outbound addresses)
 */
const anthropicRanges = ['160.79.104.0/21'];

const shared = {
  region: 'us-east-1',
  vpcCidr: '10.64.0.0/16',
  signUps: 'open',
  databaseStorageGibibytes: 20,
  routerStreamsPerTask: 4_000,
  instanceInsights: false,
  managerPaused: false,
  mcpClientRanges: anthropicRanges,
} as const;

/** What each stage is when nothing else is said. */
export const stageSettings: Record<StageName, z.input<typeof settingsSchema>> = {
  dev: {
    ...shared,
    stage: 'dev',
    availabilityZones: 2,
    natGateways: 'one',
    interfaceEndpoints: [],
    flowLogTraffic: 'rejected',
    logRetentionDays: 14,
    protectData: false,
    pointInTimeRecoveryDays: 7,
    databaseInstanceClass: 't4g.micro',
    databaseMultiAz: false,
    databaseStorageLimitGibibytes: 50,
    databaseBackupDays: 1,
    apiRequestsPerSecond: 50,
    apiBurst: 100,
    routerTasksMin: 1,
    routerTasksMax: 2,
    routerCpu: 512,
    routerMemory: 1_024,
    managerTasks: 1,
    managerCpu: 256,
    managerMemory: 512,
    serviceSpot: true,
    warmPoolSize: 0,
    cacheNodeType: 't4g.micro',
    cacheNodes: 1,
    lifecycleWarmFunctions: 0,
    dashboardUrl: 'http://localhost:5173',
    firewallRequestsPerAddress: 20_000,
    monthlyBudgetDollars: 300,
  },
  prod: {
    ...shared,
    stage: 'prod',
    availabilityZones: 3,
    natGateways: 'per-zone',
    interfaceEndpoints: ['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager'],
    flowLogTraffic: 'all',
    logRetentionDays: 365,
    protectData: true,
    pointInTimeRecoveryDays: 35,
    databaseInstanceClass: 't4g.medium',
    databaseMultiAz: true,
    databaseStorageLimitGibibytes: 500,
    databaseBackupDays: 35,
    apiRequestsPerSecond: 1_000,
    apiBurst: 2_000,
    routerTasksMin: 2,
    routerTasksMax: 20,
    routerCpu: 1_024,
    routerMemory: 2_048,
    managerTasks: 2,
    managerCpu: 512,
    managerMemory: 1_024,
    serviceSpot: false,
    warmPoolSize: 5,
    cacheNodeType: 't4g.small',
    cacheNodes: 2,
    lifecycleWarmFunctions: 1,
    firewallRequestsPerAddress: 100_000,
    monthlyBudgetDollars: 3_000,
  },
};

/** The settings cannot be used. The message names each wrong one, for whoever typed it. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/**
 * Settings of the deployment that the CDK context asks for (`-c stage=prod -c alarmEmail=ops@example.com`); `dev` by default.
 * Throws SettingsError for a value that does not fit and for a name that no setting has.
 */
export function readSettings(context: Record<string, unknown>): Settings {
  // The toolkit keeps its feature flags and look-ups in the same context; all of those have a colon, a dash or an @ in their names.
  const given = Object.fromEntries(Object.entries(context).filter(([name]) => !/[:@-]/.test(name)));
  const stage = z.enum(stages).safeParse(given.stage ?? 'dev');
  if (!stage.success)
    throw new SettingsError(`There is no stage "${String(given.stage)}"; the stages are ${stages.join(' and ')}.`);

  const settings = settingsSchema.safeParse({ ...stageSettings[stage.data], ...given, stage: stage.data });
  if (settings.success) return settings.data;
  const lines = settings.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `- ${issue.keys.join(', ')}: no setting has this name (see infra/config.ts)`
      : `- ${issue.path.join('.')}: ${issue.message}`,
  );
  throw new SettingsError(`The settings of stage "${stage.data}" cannot be used:\n${lines.join('\n')}`);
}
