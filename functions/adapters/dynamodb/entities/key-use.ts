import { Entity } from 'electrodb';
import type { PlatformTable } from '../table.ts';

/** That an instance uses a key. Lies beside the key, so that who uses it can be read consistently, which no index can. */
export function createKeyUseEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'key-use', version: '1', service: 'platform' },
      attributes: {
        keyId: { type: 'string', required: true, readOnly: true },
        instanceId: { type: 'string', required: true, readOnly: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['keyId'], template: 'key#${keyId}', casing: 'none' },
          sk: { field: 'sk', composite: ['instanceId'], template: 'instance#${instanceId}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}
