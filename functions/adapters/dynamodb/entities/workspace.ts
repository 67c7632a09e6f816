import { Entity } from 'electrodb';
import type { PlatformTable } from '../table.ts';

/** A workspace, with counts of what it has. They change in the transactions that add and remove, so limits hold against rivals. */
export function createWorkspaceEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'workspace', version: '1', service: 'platform' },
      attributes: {
        id: { type: 'string', required: true, readOnly: true },
        name: { type: 'string', required: true },
        createdAt: { type: 'string', required: true, readOnly: true },
        keyCount: { type: 'number', required: true, default: 0 },
        /** Instances that are not being deleted. */
        instanceCount: { type: 'number', required: true, default: 0 },
        shard: { type: 'number', required: true, readOnly: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['id'], template: 'workspace#${id}', casing: 'none' },
          sk: { field: 'sk', composite: [], template: 'workspace', casing: 'none' },
        },
        all: {
          index: 'gsi2',
          pk: { field: 'gsi2pk', composite: ['shard'], template: 'workspaces#${shard}', casing: 'none' },
          sk: { field: 'gsi2sk', composite: ['createdAt', 'id'], template: '${createdAt}#${id}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}
