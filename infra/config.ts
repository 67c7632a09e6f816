import { z } from 'zod';

/** The deployments of the service; each is a full copy in stacks of its own. */
export const stages = ['dev', 'prod'] as const;
export type StageName = (typeof stages)[number];

/** AWS services that can be reached through interface endpoints instead of NAT. Each costs about $7 a month per zone before traffic. */
export const interfaceEndpointServices = ['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager', 'states'] as const;

/** The retention periods, in days, that CloudWatch Logs accepts and that we consider sensible. */
const logRetentionDays = [7, 14, 30, 60, 90, 180, 365, 400] as const;

const flag = z.union([z.boolean(), z.stringbool()], { error: 'must be true or false' });
const wholeNumber = (from: number, to: number) => z.coerce.number().int().min(from).max(to);
const listOf = <Item extends string>(items: readonly [Item, ...Item[]]) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').filter((part) => part !== '') : value),
    z.array(z.enum(items)),
  );

/**
 * Every setting of a deployment. Values may be strings, because `cdk synth -c natGateways=one` hands them over as such; the command
 * line wins over the stage's own values below.
 */
export const settingsSchema = z
  .strictObject({
    stage: z.enum(stages),
    /** Private address range of the VPC. A /16 leaves room for three zones with 8,000 instances each. */
    vpcCidr: z.cidrv4(),
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
    databaseInstanceClass: z.string().regex(/^[a-z]\d[a-z]*\.[a-z0-9]+$/, 'must be a class and a size such as t4g.micro'),
    databaseMultiAz: flag,
    databaseStorageGibibytes: wholeNumber(20, 65_536),
    /** Storage grows by itself up to this size. */
    databaseStorageLimitGibibytes: wholeNumber(20, 65_536),
    databaseBackupDays: wholeNumber(1, 35),
    /** Whether strangers may sign up, or only people whom an operator invites. */
    signUps: z.enum(['open', 'closed']),
    /** Requests per second the API answers, over all customers. */
    apiRequestsPerSecond: wholeNumber(1, 10_000),
    /** Requests that may come at once before the rate above counts. */
    apiBurst: wholeNumber(1, 5_000),
    /** Where customers open the dashboard. Sign-in may return only to this address, and browsers may call the API only from it. */
    dashboardUrl: z.url({ protocol: /^https?$/ }).optional(),
    /** Base of the URLs that customers paste into MCP clients; without it, the API's own address. */
    publicUrl: z.url({ protocol: /^https$/ }).optional(),
    /** Receives alarms after confirming the subscription; without it, subscribe to the alarm topic by hand. */
    alarmEmail: z.email().optional(),
  })
  .superRefine((settings, context) => {
    const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (settings.databaseStorageLimitGibibytes < settings.databaseStorageGibibytes) {
      refuse('databaseStorageLimitGibibytes', 'must not be below databaseStorageGibibytes');
    }
    if (settings.stage !== 'prod') return;
    if (!settings.protectData) refuse('protectData', 'must be true in prod');
    if (!settings.databaseMultiAz) refuse('databaseMultiAz', 'must be true in prod');
    if (settings.databaseBackupDays < 7) refuse('databaseBackupDays', 'must be 7 or more in prod');
    if (settings.pointInTimeRecoveryDays < 7) refuse('pointInTimeRecoveryDays', 'must be 7 or more in prod');
    if (settings.dashboardUrl?.startsWith('http:')) refuse('dashboardUrl', 'must start with https:// in prod');
  });
export type Settings = z.infer<typeof settingsSchema>;

const shared = {
  vpcCidr: '10.64.0.0/16',
  signUps: 'open',
  databaseStorageGibibytes: 20,
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
    dashboardUrl: 'http://localhost:5173',
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
