import { Entity } from 'electrodb';
import type { PlatformTable } from '../table.ts';

/** That a request with an Idempotency-Key came, and what it was answered. */
export function createIdempotencyClaimEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'idempotency-claim', version: '1', service: 'platform' },
      attributes: {
        /** SHA-256 of scope and key, which may be of any length and hold any character. */
        digest: { type: 'string', required: true },
        /** Of the one who holds the claim. */
        claimId: { type: 'string', required: true },
        /** Tells the request from others with the same key. */
        fingerprint: { type: 'string', required: true },
        claimedAt: { type: 'string', required: true },
        expiresAt: { type: 'string', required: true },
        /** The answer in base64, sealed, because it can hold a token that is shown once; absent while there is none. */
        sealedResponse: { type: 'string' },
        ttl: { type: 'number', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['digest'], template: 'idempotency#${digest}', casing: 'none' },
          sk: { field: 'sk', composite: [], template: 'claim', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}
