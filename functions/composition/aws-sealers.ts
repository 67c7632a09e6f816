import { dataPlaneKeys } from '../../core/data-plane-keys.ts';
import { deriveKey } from '../../core/derived-key.ts';
import { createSealer, type Sealer } from '../../core/sealer.ts';
import { createSecretsManagerClient } from '../adapters/secrets-manager/client.ts';
import { PlatformSecret } from '../adapters/secrets-manager/platform-secret.ts';

/** What seals items of the table. */
export interface Sealers {
  /** What routers present to instances: routers open it. */
  dataPlane: Sealer;
  /** What the control plane alone opens, such as answers that hold a token. */
  records: Sealer;
}

/** Makes the sealers from the secret that routers and control plane share, each with a key of its own. */
export function sealersOf(secret: string): Sealers {
  const bytes = deriveKey({ bytes: Buffer.from(secret, 'utf8') }, 'control-plane/records');
  const id = deriveKey({ bytes }, 'sealing key id').subarray(0, 8);
  return { dataPlane: createSealer(dataPlaneKeys(secret).sealing), records: createSealer({ bytes, id }) };
}

/** The secret that routers and control plane share, of a function, which reads it when it first needs it. */
export function lazyDataPlaneSecret(secretArn: string): () => Promise<string> {
  const secret = new PlatformSecret(createSecretsManagerClient(), secretArn);
  return () => secret.read();
}

/** The sealers that are made of it. */
export function lazySealers(readSecret: () => Promise<string>): () => Promise<Sealers> {
  let sealers: Sealers | undefined;
  return async () => {
    sealers ??= sealersOf(await readSecret());
    return sealers;
  };
}
