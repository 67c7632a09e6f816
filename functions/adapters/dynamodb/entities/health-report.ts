import { CustomAttributeType, Entity } from 'electrodb';
import type { HealthReport } from '../../../ports.ts';
import type { PlatformTable } from '../table.ts';

/** The one item that says what the manager found when it looked at everything last. */
export function createHealthReportEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'health-report', version: '1', service: 'platform' },
      attributes: {
        name: { type: 'string', required: true },
        report: { type: CustomAttributeType<HealthReport>('any'), required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['name'], template: '${name}', casing: 'none' },
          sk: { field: 'sk', composite: [], template: 'report', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}
