import { Entity } from 'electrodb';
import type { PlatformTable } from '../table.ts';

/** Who has a lease, or had it last: the item stays, because its fence only grows. */
export function createLeaseEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'lease', version: '1', service: 'platform' },
      attributes: {
        name: { type: 'string', required: true },
        holder: { type: 'string', required: true },
        fence: { type: 'number', required: true },
        expiresAt: { type: 'string', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['name'], template: 'lease#${name}', casing: 'none' },
          sk: { field: 'sk', composite: [], template: 'lease', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}
