import { Entity } from 'electrodb';
import type { PlatformTable } from '../table.ts';

/** What happened to an instance. In a partition of its own, which routers cannot read. */
export function createInstanceEventEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'instance-event', version: '1', service: 'platform' },
      attributes: {
        id: { type: 'string', required: true, readOnly: true },
        instanceId: { type: 'string', required: true, readOnly: true },
        time: { type: 'string', required: true, readOnly: true },
        type: { type: 'string', required: true },
        message: { type: 'string', required: true },
        /** Unix seconds. */
        ttl: { type: 'number', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['instanceId'], template: 'instance-events#${instanceId}', casing: 'none' },
          sk: { field: 'sk', composite: ['time', 'id'], template: '${time}#${id}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}
