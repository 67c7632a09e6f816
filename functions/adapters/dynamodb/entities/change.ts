import { Entity } from 'electrodb';
import type { Change } from '../../../../core/platform-table.ts';
import type { PlatformTable } from '../table.ts';

const changeKinds: Change['kind'][] = ['token-revoked', 'route-set', 'route-removed', 'router-stopping'];

/** A change of which routers learn within a second or two (see `core/platform-table.ts`). */
export function createChangeEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'change', version: '1', service: 'platform' },
      attributes: {
        /** ISO 8601 in UTC, at the start of the minute. */
        minute: { type: 'string', required: true, readOnly: true },
        id: { type: 'string', required: true, readOnly: true },
        kind: { type: changeKinds, required: true },
        instanceId: { type: 'string' },
        tokenId: { type: 'string' },
        taskArn: { type: 'string' },
        /** Unix seconds. */
        ttl: { type: 'number', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['minute'], template: 'changes#${minute}', casing: 'none' },
          sk: { field: 'sk', composite: ['id'], template: '${id}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}
