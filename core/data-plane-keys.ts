import { createHmac } from 'node:crypto';
import { deriveKey } from './derived-key.ts';
import type { SealingKey } from './sealer.ts';

/** The keys of the data plane, each for one purpose. None of them tells another one. */
export interface DataPlaneKeys {
  /** Signs the ids of sessions. The same at all routers. */
  session: Buffer;
  /** Seals what routers present to instances, where it is stored. */
  sealing: SealingKey;
  /** Seed of the Ed25519 key with which the control plane proves to a warm process who it is. */
  assignment: Buffer;
}

const shortestSecret = 32;

/**
 * Makes the keys from the one secret that routers and control plane share at scale `saas`.
 * @param secret At least 32 characters, random.
 */
export function dataPlaneKeys(secret: string): DataPlaneKeys {
  if (secret.length < shortestSecret)
    throw new Error(`The secret of the data plane is shorter than ${shortestSecret} characters.`);
  const root = { bytes: Buffer.from(secret, 'utf8') };
  const bytes = deriveKey(root, 'data-plane/sealing');
  return {
    session: deriveKey(root, 'data-plane/session'),
    sealing: { bytes, id: createHmac('sha256', bytes).update('sealing key id').digest().subarray(0, 8) },
    assignment: deriveKey(root, 'data-plane/assignment'),
  };
}
