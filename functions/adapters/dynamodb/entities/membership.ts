import { Entity } from 'electrodb';
import { workspaceRoles } from '../../../../core/roles.ts';
import type { PlatformTable } from '../table.ts';

/** What a user is in a workspace. Lies beside the user, who asks for it with every request. */
export function createMembershipEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'membership', version: '1', service: 'platform' },
      attributes: {
        userId: { type: 'string', required: true, readOnly: true },
        workspaceId: { type: 'string', required: true, readOnly: true },
        role: { type: workspaceRoles, required: true },
        createdAt: { type: 'string', required: true, readOnly: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['userId'], template: 'user#${userId}', casing: 'none' },
          sk: { field: 'sk', composite: ['workspaceId'], template: 'membership#${workspaceId}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}
