import { z } from 'zod';
import { storedDataPlaneSecretSchema } from '../../core/data-plane-secret.ts';
import { type SmartleadHosts, smartleadHostsSchema } from '../../core/instance-configuration.ts';

const present = z.string().min(1);
const arn = z.string().regex(/^arn:/, 'is no ARN');
const httpsUrl = z.url({ protocol: /^https$/ }).transform((url) => url.replace(/\/+$/, ''));
/** Of a queue: TLS on AWS, and without it where an emulator stands in. */
const queueUrl = z.url({ protocol: /^https?$/ });

/** Names separated by commas. */
const list = present.transform((text) => text.split(','));

/** Where Smartlead is. Real deployments name none of them. */
const smartleadEnvironment = {
  SMARTLEAD_CORE_URL: z.url().optional(),
  SMARTLEAD_PROSPECT_URL: z.url().optional(),
  SMARTLEAD_DELIVERY_URL: z.url().optional(),
  SMARTLEAD_SENDERS_URL: z.url().optional(),
};

/** What `infra/` tells whoever reads and writes the table. */
export const tableEnvironmentSchema = z.object({ TABLE_NAME: present });

/** What it tells whoever makes the accounts of people whom Cognito has let in. */
export const accountsEnvironmentSchema = z.object({
  /** Accounts from before this time are of a user pool that is gone; absent where there was none before. */
  RELINK_ACCOUNTS_BEFORE: z.iso.datetime().optional(),
  SIGN_UPS: z.enum(['open', 'closed']).default('open'),
});

/** What it tells functions that seal, or open, what lies in the table. */
export const sealedTableEnvironmentSchema = tableEnvironmentSchema.extend({ DATA_PLANE_SECRET_ARN: arn });

/** What it tells whoever reads or writes customers' Smartlead keys. */
export const customerSecretsEnvironmentSchema = z.object({
  STAGE: present,
  /** Before the name of each secret. */
  SECRET_NAME_PREFIX: present,
  SECRETS_KEY_ARN: arn,
});
export type CustomerSecretsEnvironment = z.infer<typeof customerSecretsEnvironmentSchema>;

/** Where Cognito is asked. Lambda sets the region; the others are the SDK's own, for emulators. */
export const cognitoEnvironmentSchema = z.object({
  AWS_REGION: present,
  AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: z.url().optional(),
  AWS_ENDPOINT_URL: z.url().optional(),
});

/** Image of instances that this release brings, with a tag or digest made of its content. */
const instanceImage = present;

/** What it tells whoever launches instances. */
export const instanceTasksEnvironmentSchema = z.object({
  STAGE: present,
  AWS_REGION: present,
  CLUSTER: present,
  /** Task definitions are in families that start like this and a dash. */
  TASK_FAMILY_PREFIX: present,
  INSTANCE_IMAGE: instanceImage,
  INSTANCE_SUBNETS: list,
  INSTANCE_SECURITY_GROUPS: list,
  INSTANCE_EXECUTION_ROLE_ARN: arn,
  INSTANCE_TASK_ROLE_ARN: arn,
  INSTANCE_LOG_GROUP: present,
  POOL_SECRET_ARN: arn,
  /** Tasks of each kind that wait for a customer where nobody asks; 0 for no warm pool at all. */
  WARM_POOL_SIZE: z.coerce.number().int().min(0),
});
export type InstanceTasksEnvironment = z.infer<typeof instanceTasksEnvironmentSchema>;

/** Address that mail comes from. Nobody is sent mail where it is missing. */
const mailFrom = z.email().optional();

/** What it tells the functions of the REST API. */
export const apiEnvironmentSchema = sealedTableEnvironmentSchema.extend({
  ...customerSecretsEnvironmentSchema.shape,
  ...smartleadEnvironment,
  MAIL_FROM: mailFrom,
  INSTANCE_IMAGE: instanceImage,
  SERVICE_VERSION: present,
  SIGN_UPS: z.enum(['open', 'closed']),
  /** Base of the URLs that customers paste into MCP clients. */
  PUBLIC_URL: httpsUrl,
  /** The state machine. */
  LIFECYCLE_ARN: arn,
  MANAGER_QUEUE_URL: queueUrl,
});

/** What it tells the tasks of the lifecycle workflow. */
export const lifecycleEnvironmentSchema = sealedTableEnvironmentSchema.extend({
  ...customerSecretsEnvironmentSchema.shape,
  ...instanceTasksEnvironmentSchema.shape,
  ...smartleadEnvironment,
});

/** What it tells the function that takes the log lines of instances. */
export const instanceLogsEnvironmentSchema = tableEnvironmentSchema.extend({ MANAGER_QUEUE_URL: queueUrl });

/** What it tells the manager of instances. The secrets reach it as variables, by its task definition. */
export const managerEnvironmentSchema = tableEnvironmentSchema.extend({
  ...customerSecretsEnvironmentSchema.shape,
  ...instanceTasksEnvironmentSchema.shape,
  ...smartleadEnvironment,
  MAIL_FROM: mailFrom,
  SERVICE_VERSION: present,
  PUBLIC_URL: httpsUrl,
  /** Where the dashboard is; links in messages lead there. */
  DASHBOARD_URL: httpsUrl.optional(),
  LIFECYCLE_ARN: arn,
  MANAGER_QUEUE_URL: queueUrl,
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  REDIS_PASSWORD: present.optional(),
  DATA_PLANE_SECRET: storedDataPlaneSecretSchema,
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
});
export type ManagerEnvironment = z.infer<typeof managerEnvironmentSchema>;

/** The hosts of Smartlead, where an environment names others than the real ones. */
export function smartleadHostsOf(
  environment: Partial<Record<keyof typeof smartleadEnvironment, string | undefined>>,
): SmartleadHosts {
  return smartleadHostsSchema.parse({
    core: environment.SMARTLEAD_CORE_URL,
    prospect: environment.SMARTLEAD_PROSPECT_URL,
    delivery: environment.SMARTLEAD_DELIVERY_URL,
    senders: environment.SMARTLEAD_SENDERS_URL,
  });
}

/** Reads an environment by its schema. Throws an error that names each variable that is missing or wrong, but never a value. */
export function readEnvironment<Environment>(
  schema: z.ZodType<Environment>,
  variables: Record<string, string | undefined>,
): Environment {
  const environment = schema.safeParse(variables);
  if (environment.success) return environment.data;
  // Short, because logs cut long messages: a deployment without any of them has to name all.
  const problems = environment.error.issues.map(({ path: [name = ''], message }) =>
    variables[String(name)] === undefined ? `${String(name)} is not set` : `${String(name)} (${message})`,
  );
  throw new Error(`The environment of this program is not as it was deployed: ${problems.join('; ')}.`);
}
