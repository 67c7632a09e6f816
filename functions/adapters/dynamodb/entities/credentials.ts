import { Entity } from 'electrodb';
import type { PlatformTable } from '../table.ts';

/** An e-mail address and whose it is: there is one item an address, so no address has two accounts. */
export function createCredentialsEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'credentials', version: '1', service: 'platform' },
      attributes: {
        email: { type: 'string', required: true, readOnly: true },
        userId: { type: 'string', required: true, readOnly: true },
        /** Empty where Cognito keeps the password. */
        passwordHash: { type: 'string', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['email'], template: 'email#${email}', casing: 'none' },
          sk: { field: 'sk', composite: [], template: 'email', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}
