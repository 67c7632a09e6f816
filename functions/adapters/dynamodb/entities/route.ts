import { CustomAttributeType, Entity } from 'electrodb';
import { instanceModes } from '../../../../core/instance-configuration.ts';
import type { PlatformTable } from '../table.ts';

interface ReplicaTarget {
  address: string;
  sealedAccessToken: Uint8Array;
}

/** Where an instance runs. Routers read the item by the key and the attribute names of `core/platform-table.ts`. */
export function createRouteEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'route', version: '1', service: 'platform' },
      attributes: {
        instanceId: { type: 'string', required: true, readOnly: true },
        workspaceId: { type: 'string', required: true },
        mode: { type: instanceModes },
        address: { type: 'string', required: true },
        sealedAccessToken: { type: CustomAttributeType<Uint8Array>('any'), required: true },
        replicas: { type: CustomAttributeType<ReplicaTarget[]>('any') },
        shard: { type: 'number', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['instanceId'], template: 'instance#${instanceId}', casing: 'none' },
          sk: { field: 'sk', composite: [], template: 'route', casing: 'none' },
        },
        all: {
          index: 'gsi2',
          pk: { field: 'gsi2pk', composite: ['shard'], template: 'routes#${shard}', casing: 'none' },
          sk: { field: 'gsi2sk', composite: ['instanceId'], template: '${instanceId}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}
