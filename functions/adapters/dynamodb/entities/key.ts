import { Entity, type EntityItem } from 'electrodb';
import type { SmartleadKey } from '../../../ports.ts';
import type { PlatformTable } from '../table.ts';

/** A Smartlead key of a workspace. What is sealed lies elsewhere; here is where. */
export function createKeyEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'key', version: '1', service: 'platform' },
      attributes: {
        id: { type: 'string', required: true, readOnly: true },
        workspaceId: { type: 'string', required: true, readOnly: true },
        label: { type: 'string', required: true },
        last4: { type: 'string', required: true },
        status: { type: ['valid', 'refused'] as const, required: true },
        secretName: { type: 'string', required: true },
        secretVersion: { type: 'number', required: true },
        createdAt: { type: 'string', required: true, readOnly: true },
        rotatedAt: { type: 'string' },
        /** How many instances use the key, those that are being deleted counted. Changes in the transactions that change who does. */
        instanceCount: { type: 'number', required: true, default: 0 },
        /** Part of the index over all keys. */
        shard: { type: 'number', required: true, readOnly: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['id'], template: 'key#${id}', casing: 'none' },
          sk: { field: 'sk', composite: [], template: 'key', casing: 'none' },
        },
        byWorkspace: {
          index: 'gsi1',
          pk: { field: 'gsi1pk', composite: ['workspaceId'], template: 'workspace#${workspaceId}#keys', casing: 'none' },
          sk: { field: 'gsi1sk', composite: ['createdAt', 'id'], template: '${createdAt}#${id}', casing: 'none' },
        },
        all: {
          index: 'gsi2',
          pk: { field: 'gsi2pk', composite: ['shard'], template: 'keys#${shard}', casing: 'none' },
          sk: { field: 'gsi2sk', composite: ['createdAt', 'id'], template: '${createdAt}#${id}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}

export type KeyEntity = ReturnType<typeof createKeyEntity>;

export function toKey({ secretName, secretVersion, ...item }: EntityItem<KeyEntity>): SmartleadKey {
  const { id, workspaceId, label, last4, status, createdAt, rotatedAt = null } = item;
  return { id, workspaceId, label, last4, status, secret: { name: secretName, version: secretVersion }, createdAt, rotatedAt };
}
