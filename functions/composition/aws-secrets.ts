import { DynamoSecretArchive } from '../adapters/dynamodb/secret-archive.ts';
import type { PlatformTable } from '../adapters/dynamodb/table.ts';
import { createKeyClient } from '../adapters/kms-sealed/client.ts';
import { EnvelopeSealer } from '../adapters/kms-sealed/envelope-sealer.ts';
import { createSecretsManagerClient } from '../adapters/secrets-manager/client.ts';
import { SecretsManagerStore } from '../adapters/secrets-manager/secret-store.ts';
import { TieredSecretStore } from '../adapters/tiered-secrets/tiered-secret-store.ts';
import type { CustomerSecretsEnvironment } from './aws-environment.ts';

/** Customers' Smartlead keys: in Secrets Manager, or sealed in the table while nobody uses them. */
export function createAwsSecrets(environment: CustomerSecretsEnvironment, table: PlatformTable): TieredSecretStore {
  const { STAGE: stage, SECRET_NAME_PREFIX: namePrefix, SECRETS_KEY_ARN: keyArn } = environment;
  const inUse = new SecretsManagerStore(createSecretsManagerClient(), { namePrefix, keyArn }, { now: () => new Date() });
  return new TieredSecretStore(inUse, new DynamoSecretArchive(table, new EnvelopeSealer(createKeyClient(), { keyArn, stage })));
}
