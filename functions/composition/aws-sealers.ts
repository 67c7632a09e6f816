import { dataPlaneKeys } from '../../core/data-plane-keys.ts';
import { parseDataPlaneSecret, secretRing } from '../../core/data-plane-secret.ts';
import { deriveKey } from '../../core/derived-key.ts';
import { type KeyRing, mapKeyRing } from '../../core/key-ring.ts';
import { createSealer, type Sealer, type SealingKey } from '../../core/sealer.ts';
import { createSecretsManagerClient } from '../adapters/secrets-manager/client.ts';
import { PlatformSecret } from '../adapters/secrets-manager/platform-secret.ts';

/** What seals items of the table: with the current secret. They open what the others sealed, too. */
export interface Sealers {
  /** What routers present to instances: routers open it. */
  dataPlane: Sealer;
  /** What the control plane alone opens, such as answers that hold a token. */
  records: Sealer;
}

/** Makes the sealers from the secret that routers and control plane share, as it is stored, each with keys of its own. */
export function sealersOf(stored: string): Sealers {
  const records = mapKeyRing(secretRing(parseDataPlaneSecret(stored)), (secret) => {
    const bytes = deriveKey({ bytes: Buffer.from(secret, 'utf8') }, 'control-plane/records');
    return { bytes, id: deriveKey({ bytes }, 'sealing key id').subarray(0, 8) };
  });
  return { dataPlane: sealerWith(dataPlaneKeys(stored).sealing), records: sealerWith(records) };
}

function sealerWith({ current, others }: KeyRing<SealingKey>): Sealer {
  return createSealer(current, others);
}

/** The secret that routers and control plane share, of a function, which reads it when it first needs it and every few minutes. */
export function lazyDataPlaneSecret(secretArn: string): () => Promise<string> {
  const secret = new PlatformSecret(createSecretsManagerClient(), secretArn);
  return () => secret.read();
}

/** The sealers that are made of it: the same ones until it is another. */
export function lazySealers(readSecret: () => Promise<string>): () => Promise<Sealers> {
  let made: { secret: string; sealers: Sealers } | undefined;
  return async () => {
    const secret = await readSecret();
    if (made?.secret !== secret) made = { secret, sealers: sealersOf(secret) };
    return made.sealers;
  };
}
