import { createHash } from 'node:crypto';
import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { createSealer } from '../../../core/sealer.ts';
import type { SecretReference } from '../../ports.ts';
import { requested } from '../secrets-manager/requested.ts';

/** A value that is sealed with a key of its own, and that key, sealed by KMS. */
export interface Envelope {
  sealed: Uint8Array;
  dataKey: Uint8Array;
}

/**
 * Seals values with AES-256-GCM, each with a new data key of KMS. KMS opens the data key only with the same encryption context, the
 * name and the stage, which CloudTrail records; the value itself is bound to its name and version.
 */
export class EnvelopeSealer {
  readonly #client: KMSClient;
  readonly #settings: { keyArn: string; stage: string };

  /** @param settings ARN of the key, and the stage of the platform, such as `prod`. */
  constructor(client: KMSClient, settings: { keyArn: string; stage: string }) {
    this.#client = client;
    this.#settings = settings;
  }

  async seal(reference: SecretReference, value: string): Promise<Envelope> {
    const { Plaintext, CiphertextBlob } = await requested(() =>
      this.#client.send(
        new GenerateDataKeyCommand({
          KeyId: this.#settings.keyArn,
          KeySpec: 'AES_256',
          EncryptionContext: this.#contextOf(reference),
        }),
      ),
    );
    if (Plaintext === undefined || CiphertextBlob === undefined) throw new Error('KMS answered without a data key.');
    return {
      sealed: withKey(Plaintext, CiphertextBlob, (sealer) => sealer.seal(sealContext(reference), value)),
      dataKey: CiphertextBlob,
    };
  }

  /** Rejects with SealBrokenError where the value was changed or belongs elsewhere, and with KMS's error where its key does. */
  async open(reference: SecretReference, { sealed, dataKey }: Envelope): Promise<string> {
    const { Plaintext } = await requested(() =>
      this.#client.send(
        new DecryptCommand({
          KeyId: this.#settings.keyArn,
          CiphertextBlob: dataKey,
          EncryptionContext: this.#contextOf(reference),
        }),
      ),
    );
    if (Plaintext === undefined) throw new Error('KMS answered without a data key.');
    return withKey(Plaintext, dataKey, (sealer) => sealer.open(sealContext(reference), sealed));
  }

  #contextOf({ name }: SecretReference): Record<string, string> {
    return { name, stage: this.#settings.stage };
  }
}

/** Uses a data key, which is overwritten afterwards. */
function withKey<Result>(
  plain: Uint8Array,
  sealed: Uint8Array,
  use: (sealer: ReturnType<typeof createSealer>) => Result,
): Result {
  const bytes = Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
  try {
    return use(createSealer({ bytes, id: createHash('sha256').update(sealed).digest().subarray(0, 8) }));
  } finally {
    bytes.fill(0);
  }
}

/** The version is last and has only digits, so two references never share a context. */
function sealContext({ name, version }: SecretReference): string {
  return `archived secret ${name} ${version}`;
}
