import { CustomAttributeType, Entity } from 'electrodb';
import type { InstalledImage } from '../../../ports.ts';
import type { PlatformTable } from '../table.ts';

/** The one item that says which images of the instance are installed. */
export function createInstalledImagesEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'installed-images', version: '1', service: 'platform' },
      attributes: {
        name: { type: 'string', required: true },
        images: { type: CustomAttributeType<InstalledImage[]>('any'), required: true },
        current: { type: 'string' },
        previous: { type: 'string' },
        /** Grows with every write. */
        revision: { type: 'number', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['name'], template: '${name}', casing: 'none' },
          sk: { field: 'sk', composite: [], template: 'images', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}
