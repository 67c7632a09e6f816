import { createHmac } from 'node:crypto';
import { parseDataPlaneSecret, secretRing } from './data-plane-secret.ts';
import { deriveKey } from './derived-key.ts';
import { type KeyRing, mapKeyRing } from './key-ring.ts';
import type { SealingKey } from './sealer.ts';

/** The keys of the data plane, each for one purpose. None of them tells another one. */
export interface DataPlaneKeys {
  /** Sign the ids of sessions. The same at all routers. */
  session: KeyRing<Buffer>;
  /** Seal what routers present to instances, where it is stored. */
  sealing: KeyRing<SealingKey>;
  /** Seeds of the Ed25519 keys with which the control plane proves to a warm process who it is. */
  assignment: KeyRing<Buffer>;
}

/**
 * Makes the keys from the one secret that routers and control plane share at scale `saas`.
 * @param stored The secret as it is stored: see `data-plane-secret.ts`.
 * @throws InvalidDataPlaneSecretError
 */
export function dataPlaneKeys(stored: string): DataPlaneKeys {
  const roots = mapKeyRing(secretRing(parseDataPlaneSecret(stored)), (secret) => ({ bytes: Buffer.from(secret, 'utf8') }));
  return {
    session: mapKeyRing(roots, (root) => deriveKey(root, 'data-plane/session')),
    sealing: mapKeyRing(roots, (root) => {
      const bytes = deriveKey(root, 'data-plane/sealing');
      return { bytes, id: createHmac('sha256', bytes).update('sealing key id').digest().subarray(0, 8) };
    }),
    assignment: mapKeyRing(roots, (root) => deriveKey(root, 'data-plane/assignment')),
  };
}
