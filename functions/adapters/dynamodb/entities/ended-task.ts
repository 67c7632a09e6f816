import { Entity } from 'electrodb';
import type { PlatformTable } from '../table.ts';

/** A task that ran for an instance and has left its place: so that what it printed last still finds its owner. */
export function createEndedTaskEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'ended-task', version: '1', service: 'platform' },
      attributes: {
        instanceId: { type: 'string', required: true },
        id: { type: 'string', required: true },
        ref: { type: 'string', required: true },
        /** Unix time in seconds at which DynamoDB deletes the item. */
        ttl: { type: 'number', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['instanceId'], template: 'tasks#${instanceId}', casing: 'none' },
          sk: { field: 'sk', composite: ['id'], template: 'ended#${id}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}
