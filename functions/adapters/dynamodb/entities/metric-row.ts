import { Entity, type EntityItem } from 'electrodb';
import type { InstanceMetricRow } from '../../../ports.ts';
import type { PlatformTable } from '../table.ts';

/** What one writer counted of an instance in one minute or hour. */
export function createMetricRowEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'metric-row', version: '1', service: 'platform' },
      attributes: {
        id: { type: 'string', required: true },
        instanceId: { type: 'string', required: true },
        step: { type: ['minute', 'hour'] as const, required: true },
        time: { type: 'string', required: true },
        watchedSeconds: { type: 'number', required: true },
        cpuSeconds: { type: 'number', required: true },
        memoryBytes: { type: 'number' },
        streams: { type: 'number' },
        restarts: { type: 'number', required: true },
        wakes: { type: 'number', required: true },
        wakeMilliseconds: { type: 'number', required: true },
        rateLimitRemaining: { type: 'number' },
        /** JSON: it is written and read as a whole only. */
        tools: { type: 'string', required: true },
        ttl: { type: 'number', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['instanceId', 'step'], template: 'metrics#${instanceId}#${step}', casing: 'none' },
          sk: { field: 'sk', composite: ['time', 'id'], template: '${time}#${id}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}

export function toMetricRow({ ttl: _, tools, ...item }: EntityItem<ReturnType<typeof createMetricRowEntity>>): InstanceMetricRow {
  const { memoryBytes = null, streams = null, rateLimitRemaining = null } = item;
  return { ...item, memoryBytes, streams, rateLimitRemaining, tools: JSON.parse(tools) };
}
