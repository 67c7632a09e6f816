import { Entity, type EntityItem } from 'electrodb';
import type { InstanceToken } from '../../../ports.ts';
import type { PlatformTable } from '../table.ts';

/** A token that opens an instance. Routers read the item by its hash, with the key and names of `core/platform-table.ts`. */
export function createTokenEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'token', version: '1', service: 'platform' },
      attributes: {
        hash: { type: 'string', required: true, readOnly: true },
        id: { type: 'string', required: true, readOnly: true },
        instanceId: { type: 'string', required: true, readOnly: true },
        workspaceId: { type: 'string', required: true, readOnly: true },
        label: { type: 'string', required: true },
        last4: { type: 'string', required: true },
        createdAt: { type: 'string', required: true, readOnly: true },
        expiresAt: { type: 'string' },
        lastUsedAt: { type: 'string' },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['hash'], template: 'token#${hash}', casing: 'none' },
          sk: { field: 'sk', composite: [], template: 'token', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}

export function toToken(item: EntityItem<ReturnType<typeof createTokenEntity>>): InstanceToken {
  return { ...item, expiresAt: item.expiresAt ?? null, lastUsedAt: item.lastUsedAt ?? null };
}
