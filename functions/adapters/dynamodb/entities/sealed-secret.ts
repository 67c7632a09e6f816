import { CustomAttributeType, Entity } from 'electrodb';
import type { PlatformTable } from '../table.ts';

/** A version of a secret that lives for minutes, sealed. A version has one value, which is sealed again when the key is rotated. */
export function createSealedSecretEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'sealed-secret', version: '1', service: 'platform' },
      attributes: {
        name: { type: 'string', required: true, readOnly: true },
        version: { type: 'number', required: true, readOnly: true, padding: { length: 16, char: '0' } },
        sealed: { type: CustomAttributeType<Uint8Array>('any'), required: true },
        /** Part of the index over all of them. */
        shard: { type: 'number', required: true, readOnly: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['name'], template: 'sealed-secret#${name}', casing: 'none' },
          sk: { field: 'sk', composite: ['version'], template: 'version#${version}', casing: 'none' },
        },
        all: {
          index: 'gsi2',
          pk: { field: 'gsi2pk', composite: ['shard'], template: 'sealed-secrets#${shard}', casing: 'none' },
          sk: { field: 'gsi2sk', composite: ['name', 'version'], template: '${name}#${version}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}
