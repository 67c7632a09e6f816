import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';

/** A key pair that signs access tokens, both halves as JSON Web Keys (RFC 7517). */
export interface SigningKey {
  /** Goes into the `kid` header of tokens. */
  id: string;
  algorithm: string;
  publicKey: JsonWebKey;
  privateKey: JsonWebKey;
}

export interface SigningKeyStore {
  /** The key pair in use; the first time, what `create` makes is kept. Callers at once get the same one. */
  loadOrCreate(create: () => Promise<SigningKey>): Promise<SigningKey>;
}

/** Makes a key pair for EdDSA over Ed25519 (RFC 8037): short signatures that need no randomness to be safe. */
export async function createSigningKey(): Promise<SigningKey> {
  const algorithm = 'EdDSA';
  const pair = await generateKeyPair(algorithm, { extractable: true });
  return {
    id: randomUUID(),
    algorithm,
    publicKey: (await exportJWK(pair.publicKey)) as JsonWebKey,
    privateKey: (await exportJWK(pair.privateKey)) as JsonWebKey,
  };
}
