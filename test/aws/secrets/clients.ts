import { randomUUID } from 'node:crypto';
import { CreateKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { DescribeSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createKeyClient } from '../../../functions/adapters/kms-sealed/client.ts';
import { createSecretsManagerClient } from '../../../functions/adapters/secrets-manager/client.ts';
import { emulatorSettings } from '../emulator.ts';

// One emulator serves all test files, one request at a time.
const patient = { requestHandler: { requestTimeout: 20_000 } };

/**
 * A client of Secrets Manager in the emulator, which takes values for secrets that wait for their deletion; AWS refuses them
 * ("PutSecretValue", InvalidRequestException).
 */
export function secretsClient(): SecretsManagerClient {
  const client = createSecretsManagerClient({ ...emulatorSettings(), ...patient });
  const observer = createSecretsManagerClient({ ...emulatorSettings(), ...patient });
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const { SecretId } = args.input as { SecretId?: string };
        if (commandName !== 'PutSecretValueCommand' || SecretId === undefined) return next(args);
        const secret = await observer.send(new DescribeSecretCommand({ SecretId })).catch(() => undefined);
        if (secret?.DeletedDate === undefined) return next(args);
        throw Object.assign(new Error('is marked deleted'), { name: 'InvalidRequestException', $metadata: {} });
      },
    { step: 'initialize', name: 'refuse-deleted' },
  );
  return client;
}

/** A client of KMS in the emulator, and a key of its own. */
export async function keyClient(): Promise<{ client: KMSClient; keyArn: string }> {
  const client = createKeyClient({ ...emulatorSettings(), ...patient });
  const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
  return { client, keyArn: KeyMetadata?.Arn ?? '' };
}

/** A prefix of secrets that no other test uses. */
export function ownPrefix(): string {
  return `smartlead-mcp/test-${randomUUID()}/keys/`;
}
