import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { dataPlaneKeys } from '../../core/data-plane-keys.ts';
import { mapKeyRing } from '../../core/key-ring.ts';
import { assignmentSigningKey } from '../../core/warm-assignment.ts';
import { PlatformSecret } from '../adapters/secrets-manager/platform-secret.ts';
import type { ReadWarmPoolKeys } from '../adapters/warm-pool/warm-pool-keys.ts';

/**
 * What control plane and warm tasks prove themselves with. ECS gives a task the pool's secret that is current when the task starts, so
 * the one before counts, too: tasks that wait may know that one alone.
 * @param dataPlaneSecret Reads the secret that the signing keys are made of, as it is stored.
 */
export function warmPoolKeyReader(
  client: Pick<SecretsManagerClient, 'send'>,
  poolSecretArn: string,
  dataPlaneSecret: () => Promise<string>,
): ReadWarmPoolKeys {
  const current = new PlatformSecret(client, poolSecretArn);
  const previous = new PlatformSecret(client, poolSecretArn, 'AWSPREVIOUS');
  return async ({ newest = false } = {}) => {
    if (newest) await Promise.all([current.findNewest(), previous.findNewest()]);
    const [now, before, secret] = await Promise.all([current.read(), previous.find(), dataPlaneSecret()]);
    const signing = mapKeyRing(dataPlaneKeys(secret).assignment, assignmentSigningKey);
    return {
      poolSecret: bytesOf(now),
      signingKey: signing.current,
      otherPoolSecrets: before === undefined ? [] : [bytesOf(before)],
      otherSigningKeys: signing.others,
    };
  };
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}
