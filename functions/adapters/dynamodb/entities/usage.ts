import { Entity, type EntityItem } from 'electrodb';
import type { PlatformTable } from '../table.ts';

/** What was counted of an instance and tool in one minute, hour or day. Changed by adding alone. */
export function createUsageEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'usage', version: '1', service: 'platform' },
      attributes: {
        workspaceId: { type: 'string', required: true },
        step: { type: ['minute', 'hour', 'day'] as const, required: true },
        /** Start of the minute, hour or day. */
        time: { type: 'string', required: true },
        instanceId: { type: 'string', required: true },
        tool: { type: 'string', required: true },
        calls: { type: 'number' },
        errors: { type: 'number' },
        bytesIn: { type: 'number' },
        bytesOut: { type: 'number' },
        streamSeconds: { type: 'number' },
        ttl: { type: 'number', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['workspaceId', 'step'], template: 'usage#${workspaceId}#${step}', casing: 'none' },
          sk: {
            field: 'sk',
            composite: ['time', 'instanceId', 'tool'],
            template: '${time}#${instanceId}#${tool}',
            casing: 'none',
          },
        },
      },
    } as const,
    table,
  );
}

export type UsageItem = EntityItem<ReturnType<typeof createUsageEntity>>;

/** That a part of a batch was counted. */
export function createUsageBatchEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'usage-batch', version: '1', service: 'platform' },
      attributes: {
        batchId: { type: 'string', required: true },
        part: { type: 'number', required: true },
        ttl: { type: 'number', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['batchId'], template: 'usage-batch#${batchId}', casing: 'none' },
          sk: { field: 'sk', composite: ['part'], template: 'part#${part}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}
