import { CustomAttributeType, Entity } from 'electrodb';
import type { PlatformTable } from '../table.ts';

/** A version of a Smartlead key that is not in use at present, sealed. Never changed: a version has one value. */
export function createArchivedSecretEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'archived-secret', version: '1', service: 'platform' },
      attributes: {
        name: { type: 'string', required: true, readOnly: true },
        version: { type: 'number', required: true, readOnly: true, padding: { length: 16, char: '0' } },
        sealed: { type: CustomAttributeType<Uint8Array>('any'), required: true },
        /** The key that it is sealed with, itself sealed by KMS. */
        dataKey: { type: CustomAttributeType<Uint8Array>('any'), required: true },
        createdAt: { type: 'string', required: true },
        /** Part of the index over all archived secrets. */
        shard: { type: 'number', required: true, readOnly: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['name'], template: 'archived-secret#${name}', casing: 'none' },
          sk: { field: 'sk', composite: ['version'], template: 'version#${version}', casing: 'none' },
        },
        all: {
          index: 'gsi2',
          pk: { field: 'gsi2pk', composite: ['shard'], template: 'archived-secrets#${shard}', casing: 'none' },
          sk: { field: 'gsi2sk', composite: ['name', 'version'], template: '${name}#${version}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}
