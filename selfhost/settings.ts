import { join, resolve } from 'node:path';
import { z } from 'zod';
import { rateLimitSchema, type SmartleadHosts, smartleadHostsSchema } from '../core/instance-configuration.ts';

/** A setting that cannot be used; its message is one line for the person who starts the service. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Everything the self-hosted service reads from its environment and command line, checked once at start. */
export interface Settings {
  port: number;
  /** Addresses to listen on. The default is this machine only, in both IP versions. */
  hosts: string[];
  /** Where customers reach the service, without a trailing slash; `http://localhost:<port>` where nothing is said. */
  publicUrl: string | undefined;
  dataDir: string;
  databaseUrl: string | undefined;
  masterKey: string | undefined;
  signUpsOpen: boolean;
  smartleadHosts: SmartleadHosts;
  /** `off`, or calls per second and minute that every instance starts with. */
  smartleadRateLimit: string | undefined;
  /** Use the simulated Smartlead instead of the real one. */
  sandbox: boolean;
  /** How many reverse proxies in front of us may be believed about the client's address (X-Forwarded-For). */
  trustedProxies: number;
  /** How long an instance with a new version is watched before the others get it. */
  rolloutObserveSeconds: number;
  /** Where mail goes out, and whom it is from; alerts send none where nothing is said. */
  smtp: { url: string; from: string } | undefined;
  /** Opens `/metrics`; without it, only programs of this machine may read them. */
  metricsToken: string | undefined;
  /** Whether webhooks of alerts may lead into the networks around this machine. */
  allowPrivateWebhooks: boolean;
  /** Origins of browser-based MCP clients that may call the MCP doors. */
  mcpAllowedOrigins: string[];
  /** Host names under which the MCP doors are served; where nothing is said, see `selfhost/mcp-edge.ts`. */
  mcpAllowedHosts: string[] | undefined;
  /** Calls a second that one token may make, and streams that it may hold; an instance and a workspace may have more. */
  mcpCallsPerSecond: number | undefined;
  mcpStreamsPerToken: number | undefined;
  /** How long clients' streams and calls get to end when the service stops. */
  drainSeconds: number;
  /** Where several routers share their sessions. */
  redisUrl: string | undefined;
  /** Processes that wait without a customer, so that an instance starts or wakes in less time; each takes the memory of one. */
  warmPoolSize: number;
}

const emptyAsMissing = (value: unknown) => (value === '' ? undefined : value);
const optional = <Schema extends z.ZodType>(schema: Schema) => z.preprocess(emptyAsMissing, schema.optional());

const environmentSchema = z.object({
  PORT: z.preprocess(emptyAsMissing, z.coerce.number('must be a port number').int().min(0).max(65_535).default(8080)),
  HOST: optional(z.string()),
  DATA_DIR: optional(z.string()),
  PUBLIC_URL: optional(z.url({ protocol: /^https?$/, error: 'must be an http or https URL' })),
  DATABASE_URL: optional(z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' })),
  MASTER_KEY: optional(z.string()),
  SIGN_UPS: optional(z.enum(['open', 'closed'], 'must be open or closed')),
  TRUSTED_PROXIES: z.preprocess(emptyAsMissing, z.coerce.number('must be a number').int().min(0).max(10).default(0)),
  MCP_ALLOWED_ORIGINS: optional(z.string()),
  SMTP_URL: optional(z.url({ protocol: /^smtps?$/, error: 'must be an smtp:// or smtps:// URL' })),
  MAIL_FROM: optional(
    z.string().regex(/^[^\r\n]*[^\s@<]+@[^\s@>]+>?\s*$/, 'must be an address such as "Alerts <alerts@example.com>"'),
  ),
  METRICS_TOKEN: optional(z.string().regex(/^[\x21-\x7e]{16,}$/, 'must have at least 16 characters, without spaces')),
  ALLOW_PRIVATE_WEBHOOKS: optional(z.enum(['true', 'false'], 'must be true or false')),
  MCP_ALLOWED_HOSTS: optional(z.string()),
  MCP_CALLS_PER_SECOND: optional(z.coerce.number('must be a number').positive().max(1_000_000)),
  MCP_STREAMS_PER_TOKEN: optional(z.coerce.number('must be a number').int().min(1).max(100_000)),
  DRAIN_SECONDS: z.preprocess(emptyAsMissing, z.coerce.number('must be a number').min(0).max(600).default(20)),
  REDIS_URL: optional(z.url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// URL' })),
  WARM_POOL_SIZE: z.preprocess(emptyAsMissing, z.coerce.number('must be a number').int().min(0).max(100).default(0)),
  ROLLOUT_OBSERVE_SECONDS: z.preprocess(
    emptyAsMissing,
    z.coerce.number('must be a number of seconds').min(0).max(3600).default(30),
  ),
  SMARTLEAD_RATE_LIMIT: optional(rateLimitSchema),
  SMARTLEAD_CORE_URL: optional(z.url()),
  SMARTLEAD_PROSPECT_URL: optional(z.url()),
  SMARTLEAD_DELIVERY_URL: optional(z.url()),
  SMARTLEAD_SENDERS_URL: optional(z.url()),
});

/** Reads settings from the environment and the arguments after `start`. Throws {@link SettingsError}. */
export function readSettings(
  environment: Record<string, string | undefined>,
  commandLine: string[],
  workingDirectory: string,
): Settings {
  const flags = readFlags(commandLine);
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new SettingsError(`${issue?.path.join('.')} ${issue?.message}`);
  }
  const values = parsed.data;
  if (values.SMTP_URL !== undefined && values.MAIL_FROM === undefined) {
    throw new SettingsError('MAIL_FROM must be set where SMTP_URL is: the address that mail is from');
  }
  const withoutSlash = (url: string | undefined) => url?.replace(/\/+$/, '');
  return {
    port: values.PORT,
    hosts: values.HOST === undefined ? ['127.0.0.1', '::1'] : [values.HOST],
    publicUrl: withoutSlash(values.PUBLIC_URL),
    // Sandbox accounts and real ones never share a folder: a real key must not meet a simulated Smartlead, nor the reverse.
    dataDir: resolve(workingDirectory, values.DATA_DIR ?? (flags.demo ? join('.data', 'demo') : '.data')),
    databaseUrl: values.DATABASE_URL,
    masterKey: values.MASTER_KEY,
    signUpsOpen: values.SIGN_UPS !== 'closed',
    smartleadHosts: smartleadHostsSchema.parse({
      core: withoutSlash(values.SMARTLEAD_CORE_URL),
      prospect: withoutSlash(values.SMARTLEAD_PROSPECT_URL),
      delivery: withoutSlash(values.SMARTLEAD_DELIVERY_URL),
      senders: withoutSlash(values.SMARTLEAD_SENDERS_URL),
    }),
    smartleadRateLimit: values.SMARTLEAD_RATE_LIMIT,
    sandbox: flags.demo,
    trustedProxies: values.TRUSTED_PROXIES,
    smtp:
      values.SMTP_URL === undefined || values.MAIL_FROM === undefined
        ? undefined
        : { url: values.SMTP_URL, from: values.MAIL_FROM },
    metricsToken: values.METRICS_TOKEN,
    allowPrivateWebhooks: values.ALLOW_PRIVATE_WEBHOOKS === 'true',
    rolloutObserveSeconds: values.ROLLOUT_OBSERVE_SECONDS,
    mcpAllowedOrigins: listOf(values.MCP_ALLOWED_ORIGINS ?? ''),
    mcpAllowedHosts: values.MCP_ALLOWED_HOSTS === undefined ? undefined : listOf(values.MCP_ALLOWED_HOSTS),
    mcpCallsPerSecond: values.MCP_CALLS_PER_SECOND,
    mcpStreamsPerToken: values.MCP_STREAMS_PER_TOKEN,
    drainSeconds: values.DRAIN_SECONDS,
    redisUrl: values.REDIS_URL,
    warmPoolSize: values.WARM_POOL_SIZE,
  };
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function readFlags(commandLine: string[]): { demo: boolean } {
  const flags = { demo: false };
  for (let index = 0; index < commandLine.length; index += 1) {
    const flag = commandLine[index];
    if (flag === '--demo') flags.demo = true;
    else if (flag === '--scale') {
      index += 1;
      const scale = commandLine[index];
      if (scale !== 'single') {
        throw new SettingsError(`--scale ${scale ?? ''} is not available in this version; only "single" is`);
      }
    } else throw new SettingsError(`unknown argument "${flag}"; see smartlead-service --help`);
  }
  return flags;
}
