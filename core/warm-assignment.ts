import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { z } from 'zod';
import { type InstanceConfiguration, instanceConfigurationSchema } from './instance-configuration.ts';

/**
 * How a warm process, which runs without a customer, is assigned to one: the messages and the cryptography of both sides. What each
 * step protects against is in `docs/warm-pool.md`. Pure: keys and random numbers come from the caller.
 *
 *     control plane                                        warm process
 *     POST /warm/identity   {challenge}               -->
 *                                                     <--  {processId, nonce, publicKey, proof}
 *     POST /warm/assignment {challenge, publicKey,
 *                            sealed, signature}       -->  opens its doors on the same port
 *                                                     <--  {proof}
 */
export const warmPaths = { identity: '/warm/identity', assignment: '/warm/assignment' } as const;

/** Environment of a warm process that has no parent to tell it: the enrolment's parts, in their text form. */
export const warmEnvironment = {
  processId: 'WARM_PROCESS_ID',
  poolSecret: 'WARM_POOL_SECRET',
  controlPlaneKey: 'WARM_CONTROL_PLANE_KEY',
} as const;

/**
 * Environment variable with the Smartlead key of a process that was started for one customer: whoever runs its container put the key
 * there, so that nobody has to send it. Such a process is assigned like any other, with a configuration that may lack the key.
 */
export const ownKeyVariable = 'SMARTLEAD_API_KEY';

const protocol = z.literal(1);

/** So many bytes as base64url without padding. */
function bytesSchema(length: number) {
  return z
    .string()
    .regex(new RegExp(`^[\\w-]{${Math.ceil((length * 8) / 6)}}$`), `must be ${length} bytes as base64url`)
    .transform((text): Buffer => Buffer.from(text, 'base64url'));
}

/** Longest sealed configuration, in bytes: the line of settings that a launcher may write, and room for what is around it. */
export const longestSealedBytes = 257 * 1024;
/** Longest body of each request, in bytes. */
export const longestIdentityBody = 1024;
export const longestAssignmentBody = Math.ceil(longestSealedBytes / 3) * 4 + 1024;

/** What a process knows before it is assigned: its name, what proves that it belongs to the pool, and whom it takes orders from. */
export const warmEnrolmentSchema = z.object({
  processId: z.string().regex(/^[\w-]{1,64}$/, 'must be a name of letters, digits, - and _'),
  /** 32 random bytes that the pool's processes and the control plane share. */
  poolSecret: bytesSchema(32),
  /** Public Ed25519 key of the control plane. Not secret. */
  controlPlaneKey: bytesSchema(32),
});
export type WarmEnrolment = z.infer<typeof warmEnrolmentSchema>;

/** The one line a warm process prints on standard output once it can be assigned. */
export const warmReadySchema = z.object({ event: z.literal('warm'), port: z.number().int() });

export const identityRequestSchema = z.strictObject({ protocol, challenge: bytesSchema(32) });
export const identitySchema = z.strictObject({
  protocol,
  processId: z.string().max(64),
  /** Random, and the same for the life of the process, as is its key: it can be assigned once only. */
  nonce: bytesSchema(32),
  /** X25519. */
  publicKey: bytesSchema(32),
  proof: bytesSchema(32),
});
export const assignmentRequestSchema = z.strictObject({
  protocol,
  /** The one of the identity request. */
  challenge: bytesSchema(32),
  /** X25519, of this one assignment. */
  publicKey: bytesSchema(32),
  sealed: z
    .string()
    .regex(/^[\w-]+$/, 'must be base64url')
    .max(Math.ceil((longestSealedBytes * 8) / 6))
    .transform((text): Buffer => Buffer.from(text, 'base64url')),
  /** Ed25519. */
  signature: bytesSchema(64),
});
export const assignmentAnswerSchema = z.strictObject({ protocol, proof: bytesSchema(32) });

/** What is sealed: all that makes a warm process an instance of one customer. */
export const warmAssignmentSchema = z.object({
  configuration: instanceConfigurationSchema,
  /** Whether every log line names the instance, for where the lines of several come together. */
  labelLogs: z.boolean().optional(),
});
export type WarmAssignment = z.infer<typeof warmAssignmentSchema>;

/** What is sent: without the Smartlead key where the process has its own. */
export type SentAssignment = Omit<WarmAssignment, 'configuration'> & {
  configuration: Omit<InstanceConfiguration, 'smartleadApiKey'> & Partial<Pick<InstanceConfiguration, 'smartleadApiKey'>>;
};

/** What both sides see of an identity. */
export interface IdentityView {
  processId: string;
  /** Where the control plane reached the process, and at which of its addresses it was reached: see {@link socketAddressText}. */
  address: string;
  challenge: Buffer;
  nonce: Buffer;
  /** X25519 key of the process. */
  processKey: Buffer;
}

const label = 'smartlead-mcp/warm/1/';

/** Lengths go before the parts, so that no two lists of parts look the same. */
function encode(purpose: string, parts: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat(
    [label + purpose, ...parts].flatMap((part) => {
      const bytes = Buffer.from(part);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** Address of a socket as both sides write it, such as `10.64.96.12:3000` or `[::1]:3000`. */
export function socketAddressText(host: string, port: number): string {
  const plain = host.replace(/^::ffff:(?=\d+\.)/i, '').replace(/^\[|\]$/g, '');
  return plain.includes(':') ? `[${plain.toLowerCase()}]:${port}` : `${plain}:${port}`;
}

/** Shows that the process knows the pool's secret, is the one it says, and is where it was reached. */
export function identityProof(poolSecret: Buffer, { processId, address, challenge, nonce, processKey }: IdentityView): Buffer {
  return createHmac('sha256', poolSecret)
    .update(encode('identity', [processId, address, challenge, nonce, processKey]))
    .digest();
}

/** Digest of everything that went between the two before the sealed part. All that follows is bound to it. */
export function transcriptOf(view: IdentityView, controlPlaneKey: Buffer): Buffer {
  const { processId, address, challenge, nonce, processKey } = view;
  return createHash('sha256')
    .update(encode('transcript', [processId, address, challenge, nonce, processKey, controlPlaneKey]))
    .digest();
}

/** Keys of one assignment. */
export class AssignmentKeys {
  readonly #bytes: Buffer;
  readonly #transcript: Buffer;

  /**
   * HKDF-SHA-256 (RFC 5869) over the X25519 agreement, with the pool's secret as its salt: who lacks either has none of the keys.
   * @throws Error where the other side's key is a point that gives no secret.
   */
  constructor(own: KeyObject, peer: Buffer, poolSecret: Buffer, transcript: Buffer) {
    const agreed = diffieHellman({ privateKey: own, publicKey: publicKey('X25519', peer) });
    this.#bytes = Buffer.from(hkdfSync('sha256', agreed, poolSecret, encode('keys', [transcript]), 76));
    this.#transcript = transcript;
    agreed.fill(0);
  }

  /** AES-256-GCM. The nonce is derived with the key, which seals one text only. */
  seal(plaintext: string): Buffer {
    const cipher = createCipheriv('aes-256-gcm', this.#bytes.subarray(0, 32), this.#bytes.subarray(32, 44));
    cipher.setAAD(this.#transcript);
    return Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }

  /** @throws Error where the text was changed or sealed for somebody else. */
  open(sealed: Buffer): string {
    if (sealed.length < 16) throw new Error('too short to be a sealed text');
    const options = { authTagLength: 16 };
    const decipher = createDecipheriv('aes-256-gcm', this.#bytes.subarray(0, 32), this.#bytes.subarray(32, 44), options);
    decipher.setAAD(this.#transcript);
    decipher.setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]).toString('utf8');
  }

  /** Shows that the process opened what was sealed, and serves. */
  get confirmation(): Buffer {
    return createHmac('sha256', this.#bytes.subarray(44))
      .update(encode('assigned', [this.#transcript]))
      .digest();
  }

  /** Overwrites the keys. */
  wipe(): void {
    this.#bytes.fill(0);
  }
}

function signedText(transcript: Buffer, sealed: Buffer): Buffer {
  return encode('assignment', [transcript, createHash('sha256').update(sealed).digest()]);
}

export function signAssignment(signingKey: KeyObject, transcript: Buffer, sealed: Buffer): Buffer {
  return sign(null, signedText(transcript, sealed), signingKey);
}

/** Whether the control plane that owns the Ed25519 key signed this assignment. */
export function isSignedAssignment(
  controlPlaneKey: Buffer,
  transcript: Buffer,
  { sealed, signature }: { sealed: Buffer; signature: Buffer },
): boolean {
  return verify(null, signedText(transcript, sealed), publicKey('Ed25519', controlPlaneKey), signature);
}

/** The Ed25519 key with which the control plane signs, from its seed of 32 bytes (`dataPlaneKeys().assignment`). */
export function assignmentSigningKey(seed: Buffer): KeyObject {
  // The fixed front of a PKCS #8 Ed25519 private key: RFC 8410, section 7.
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

/** The public half of an Ed25519 or X25519 key as its 32 bytes. */
export function publicKeyBytes(key: KeyObject): Buffer {
  return Buffer.from((key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' }).x ?? '', 'base64url');
}

function publicKey(crv: 'Ed25519' | 'X25519', bytes: Buffer): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv, x: bytes.toString('base64url') }, format: 'jwk' });
}
