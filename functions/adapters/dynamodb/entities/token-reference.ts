import { Entity } from 'electrodb';
import type { PlatformTable } from '../table.ts';

/**
 * Which token an instance has, by time: so that its tokens can be read consistently when it is deleted. The index leads from the
 * identifier of a token to its hash. The item never changes; what changes about a token is in the token's own.
 */
export function createTokenReferenceEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'token-reference', version: '1', service: 'platform' },
      attributes: {
        id: { type: 'string', required: true, readOnly: true },
        instanceId: { type: 'string', required: true, readOnly: true },
        hash: { type: 'string', required: true, readOnly: true },
        createdAt: { type: 'string', required: true, readOnly: true },
        expiresAt: { type: 'string', readOnly: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['instanceId'], template: 'instance-tokens#${instanceId}', casing: 'none' },
          sk: { field: 'sk', composite: ['createdAt', 'id'], template: '${createdAt}#${id}', casing: 'none' },
        },
        byId: {
          index: 'gsi1',
          pk: { field: 'gsi1pk', composite: ['id'], template: 'token-id#${id}', casing: 'none' },
          sk: { field: 'gsi1sk', composite: [], template: 'token-reference', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}
