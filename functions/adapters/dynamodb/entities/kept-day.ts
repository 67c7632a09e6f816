import { Entity } from 'electrodb';
import type { PlatformTable } from '../table.ts';

/** That an instance has records of one kind that began on a day: the way to old records without reading all of them. */
export function createKeptDayEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'kept-day', version: '1', service: 'platform' },
      attributes: {
        /** Such as `logs`. */
        records: { type: 'string', required: true },
        /** In UTC, such as `2026-11-22`. */
        day: { type: 'string', required: true },
        instanceId: { type: 'string', required: true },
        ttl: { type: 'number', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['records'], template: 'kept#${records}', casing: 'none' },
          sk: { field: 'sk', composite: ['day', 'instanceId'], template: '${day}#${instanceId}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}
