import { Entity } from 'electrodb';
import type { PlatformTable } from '../table.ts';

/** Says that somebody has signed up, and who was first: that one is operator. One item in the whole table. */
export function createFirstAccountEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'first-account', version: '1', service: 'platform' },
      attributes: {
        /** Always `installation`. */
        scope: { type: ['installation'], required: true, readOnly: true, default: 'installation' },
        userId: { type: 'string', required: true, readOnly: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['scope'], template: '${scope}', casing: 'none' },
          sk: { field: 'sk', composite: [], template: 'first-account', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}
