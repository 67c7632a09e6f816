import { z } from 'zod';
import { storedDataPlaneSecretSchema } from '../../core/data-plane-secret.ts';

/** What the router of scale `saas` reads from its environment, checked once at its start. */
export interface RouterEnvironment {
  stage: string;
  host: string;
  /** The MCP doors, `/healthz` and `/readyz`. */
  port: number;
  /** `/metrics`, which the load balancer does not reach. */
  metricsPort: number;
  /** Messages of other routers. */
  hopPort: number;
  tableName: string;
  managerQueueUrl: string;
  usageQueueUrl: string;
  /** Absent where this router is the only one. */
  redisUrl: string | undefined;
  /** As it is stored: see `core/data-plane-secret.ts`. */
  dataPlaneSecret: string;
  /** Origin of the URLs that customers paste into MCP clients. */
  publicOrigin: string;
  /** Origins of web pages that may use the doors. */
  allowedOrigins: string[];
  /** How long clients' streams and calls get to end when the router stops. */
  drainMs: number;
  /** Where the agent of ECS says which task this is; absent outside of ECS. */
  taskMetadataUri: string | undefined;
}

/** A variable is missing or wrong. The message names it, never its value. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

const emptyAsMissing = (value: unknown) => (value === '' ? undefined : value);
const optional = <Schema extends z.ZodType>(schema: Schema) => z.preprocess(emptyAsMissing, schema.optional());
const port = (usual: number) =>
  z.preprocess(emptyAsMissing, z.coerce.number('must be a port number').int().min(0).max(65_535).default(usual));
const webUrl = () => z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

/** ECS ends a task with force two minutes after it asked it to stop; some of them are for what comes after the clients. */
const longestDrainSeconds = 110;

const environmentSchema = z.object({
  STAGE: z.string('must be set').min(1, 'must be set'),
  HOST: z.preprocess(emptyAsMissing, z.string().default('0.0.0.0')),
  PORT: port(8080),
  METRICS_PORT: port(9090),
  HOP_PORT: port(8081),
  TABLE_NAME: z.string('must be set').min(1, 'must be set'),
  MANAGER_QUEUE_URL: webUrl(),
  USAGE_QUEUE_URL: webUrl(),
  REDIS_URL: optional(z.url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// URL' })),
  REDIS_PASSWORD: optional(z.string()),
  DATA_PLANE_SECRET: storedDataPlaneSecretSchema,
  PUBLIC_URL: webUrl(),
  DASHBOARD_URL: optional(webUrl()),
  MCP_ALLOWED_ORIGINS: optional(z.string()),
  DRAIN_SECONDS: z.preprocess(
    emptyAsMissing,
    z.coerce.number('must be a number of seconds').min(0).max(longestDrainSeconds).default(100),
  ),
  ECS_CONTAINER_METADATA_URI_V4: optional(webUrl()),
});

/** The URL of Redis may hold its password; on AWS that comes by itself, because an address is nobody's secret there. */
const secretVariables = ['DATA_PLANE_SECRET', 'REDIS_URL', 'REDIS_PASSWORD'];

/**
 * Reads the variables, and takes the secrets out of them: whatever reads the environment of this process later does not find them.
 * @throws EnvironmentError
 */
export function readRouterEnvironment(variables: Record<string, string | undefined>): RouterEnvironment {
  const parsed = environmentSchema.safeParse(variables);
  for (const name of secretVariables) delete variables[name];
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
    throw new EnvironmentError(`the router cannot start with this environment: ${problems.join('; ')}`);
  }
  const values = parsed.data;
  const origin = (url: string) => new URL(url).origin;
  const dashboard = values.DASHBOARD_URL === undefined ? [] : [origin(values.DASHBOARD_URL)];
  return {
    stage: values.STAGE,
    host: values.HOST,
    port: values.PORT,
    metricsPort: values.METRICS_PORT,
    hopPort: values.HOP_PORT,
    tableName: values.TABLE_NAME,
    managerQueueUrl: values.MANAGER_QUEUE_URL,
    usageQueueUrl: values.USAGE_QUEUE_URL,
    redisUrl: withPassword(values.REDIS_URL, values.REDIS_PASSWORD),
    dataPlaneSecret: values.DATA_PLANE_SECRET,
    publicOrigin: origin(values.PUBLIC_URL),
    allowedOrigins: [...dashboard, ...listOf(values.MCP_ALLOWED_ORIGINS ?? '')],
    drainMs: values.DRAIN_SECONDS * 1_000,
    taskMetadataUri: values.ECS_CONTAINER_METADATA_URI_V4,
  };
}

function withPassword(address: string | undefined, password: string | undefined): string | undefined {
  if (address === undefined || password === undefined) return address;
  const url = new URL(address);
  url.password = password;
  return url.href;
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
