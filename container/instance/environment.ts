import { rateLimitSchema, type SmartleadHosts, smartleadHostsSchema } from '../../core/instance-configuration.ts';
import { StartError } from './start-error.ts';

/** Settings of a standalone instance that come from its environment. */
export interface EnvironmentSettings {
  smartleadApiKey: string;
  smartleadHosts: SmartleadHosts;
  /** Bearer token clients must present. */
  token?: string;
  rateLimit?: string;
}

const hostVariables = {
  core: 'SMARTLEAD_CORE_URL',
  prospect: 'SMARTLEAD_PROSPECT_URL',
  delivery: 'SMARTLEAD_DELIVERY_URL',
  senders: 'SMARTLEAD_SENDERS_URL',
} as const satisfies Record<keyof SmartleadHosts, string>;

/**
 * Reads SMARTLEAD_API_KEY, MCP_TOKEN, SMARTLEAD_RATE_LIMIT and the SMARTLEAD_*_URL variables. An empty variable counts as missing.
 * @throws StartError that names the variable, never its value.
 */
export function readEnvironment(environment: NodeJS.ProcessEnv): EnvironmentSettings {
  const read = (name: string) => environment[name]?.trim() || undefined;
  const smartleadApiKey = read('SMARTLEAD_API_KEY');
  if (smartleadApiKey === undefined) {
    throw new StartError('SMARTLEAD_API_KEY is not set; in Smartlead, Settings, API Keys shows your key', 1);
  }
  const rateLimit = read('SMARTLEAD_RATE_LIMIT');
  if (rateLimit !== undefined && !rateLimitSchema.safeParse(rateLimit).success) {
    throw new StartError('SMARTLEAD_RATE_LIMIT must be "off", or calls per second and per minute such as 10/120', 1);
  }
  const token = read('MCP_TOKEN');
  return {
    smartleadApiKey,
    smartleadHosts: readHosts(read),
    ...(token === undefined ? {} : { token }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
  };
}

function readHosts(read: (name: string) => string | undefined): SmartleadHosts {
  const parsed = smartleadHostsSchema.safeParse(
    Object.fromEntries(Object.entries(hostVariables).map(([host, variable]) => [host, read(variable)])),
  );
  if (parsed.success) return parsed.data;
  const host = parsed.error.issues[0]?.path[0] as keyof SmartleadHosts;
  throw new StartError(`${hostVariables[host]} must be a URL such as ${smartleadHostsSchema.parse({})[host]}`, 1);
}
