/**
 * Names and places that our programs find in their environment; `functions/composition/aws-environment.ts` and the routers read them.
 * Never a secret: anybody with a console sees them.
 */
import { readFileSync } from 'node:fs';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { smartleadHostsSchema } from '../core/instance-configuration.ts';
import type { Settings } from './config.ts';
import type { AccessibleResources } from './constructs/access-policy.ts';
import type { BillingDatabase } from './constructs/billing-database.ts';
import { customerSecretPrefix } from './names.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

export function sharedEnvironment(settings: Settings): Record<string, string> {
  return { SERVICE_VERSION: version, STAGE: settings.stage, SIGN_UPS: settings.signUps };
}

/** For whoever makes the accounts of people whom Cognito has let in; empty where no account is from before the user pool. */
export function accountEnvironment({ relinkAccountsBefore }: Settings): Record<string, string> {
  return relinkAccountsBefore === undefined ? {} : { RELINK_ACCOUNTS_BEFORE: relinkAccountsBefore };
}

/** For whoever sends to, or takes from, the platform's queues. */
export function queueEnvironment({ manager, usage }: NonNullable<AccessibleResources['queues']>): Record<string, string> {
  return { MANAGER_QUEUE_URL: manager.queueUrl, USAGE_QUEUE_URL: usage.queueUrl };
}

/** For functions that seal, or open, what lies in the table; services get the secret itself, by their task definition. */
export function sealedTableEnvironment({ table, platformSecrets }: AccessibleResources): Record<string, string> {
  return { TABLE_NAME: table.tableName, DATA_PLANE_SECRET_ARN: platformSecrets['data-plane'].secretArn };
}

/** For whoever reads or writes customers' Smartlead keys. */
export function customerSecretEnvironment(settings: Settings, key: kms.IKey): Record<string, string> {
  return { SECRET_NAME_PREFIX: customerSecretPrefix(settings), SECRETS_KEY_ARN: key.keyArn };
}

/**
 * For whoever speaks to the billing database. Lambda's runtime has the certificates of RDS in a file that Node.js does not read by
 * itself. Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html (CA certificate loading)
 */
export function databaseEnvironment({ instance, masterSecretArn }: BillingDatabase): Record<string, string> {
  return {
    DATABASE_HOST: instance.dbInstanceEndpointAddress,
    DATABASE_PORT: instance.dbInstanceEndpointPort,
    DATABASE_NAME: 'billing',
    DATABASE_CA_FILE: '/var/runtime/ca-cert.pem',
    MASTER_USER_SECRET_ARN: masterSecretArn,
  };
}

/** For whoever asks Smartlead about a key, or tells instances where it is; empty where that is the real one. */
export function smartleadEnvironment({ smartleadUrl }: Settings): Record<string, string> {
  if (smartleadUrl === undefined) return {};
  const hosts = Object.entries(smartleadHostsSchema.parse({}));
  return Object.fromEntries(
    hosts.map(([name, url]) => [`SMARTLEAD_${name.toUpperCase()}_URL`, `${smartleadUrl}/${name}${new URL(url).pathname}`]),
  );
}

/** For whoever sends mail; empty where none is sent. */
export function mailEnvironment({ mailFrom }: Settings): Record<string, string> {
  return mailFrom === undefined ? {} : { MAIL_FROM: mailFrom };
}
