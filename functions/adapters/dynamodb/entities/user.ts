import { Entity, type EntityItem } from 'electrodb';
import type { User } from '../../../ports.ts';
import type { PlatformTable } from '../table.ts';

/** Somebody who signed up. On AWS the identifier is the `sub` of the Cognito user. */
export function createUserEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'user', version: '1', service: 'platform' },
      attributes: {
        id: { type: 'string', required: true, readOnly: true },
        email: { type: 'string', required: true },
        name: { type: 'string' },
        operator: { type: 'boolean', required: true },
        createdAt: { type: 'string', required: true, readOnly: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['id'], template: 'user#${id}', casing: 'none' },
          sk: { field: 'sk', composite: [], template: 'user', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}

export function toUser({ name, ...user }: EntityItem<ReturnType<typeof createUserEntity>>): User {
  return { ...user, name: name ?? null };
}
