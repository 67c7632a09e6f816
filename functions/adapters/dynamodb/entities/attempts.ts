import { Entity } from 'electrodb';
import type { PlatformTable } from '../table.ts';

/** Attempts that were counted for one key in the present window. */
export function createAttemptsEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'attempts', version: '1', service: 'platform' },
      attributes: {
        /** What is limited, such as `requests`. */
        limiter: { type: 'string', required: true },
        /** SHA-256 of the key, which may be an address or of any length. */
        digest: { type: 'string', required: true },
        count: { type: 'number', required: true },
        /** Unix time in milliseconds. */
        endsAt: { type: 'number', required: true },
        ttl: { type: 'number', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['limiter', 'digest'], template: 'attempts#${limiter}#${digest}', casing: 'none' },
          sk: { field: 'sk', composite: [], template: 'window', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}
