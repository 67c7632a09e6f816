import { Entity, type EntityItem } from 'electrodb';
import { instanceSizes } from '../../../../core/instance-configuration.ts';
import type { WarmDemand, WarmProcess } from '../../../ports.ts';
import type { PlatformTable } from '../table.ts';

const states = ['starting', 'warm', 'claimed', 'ending'] as const;

/** A process of the warm pool. All are in one partition, which is read consistently: there are hundreds at most. */
export function createWarmProcessEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'warm-process', version: '1', service: 'platform' },
      attributes: {
        pool: { type: 'string', required: true },
        id: { type: 'string', required: true },
        version: { type: 'string', required: true },
        size: { type: instanceSizes, required: true },
        state: { type: states, required: true },
        ref: { type: 'string' },
        address: { type: 'string' },
        instanceId: { type: 'string' },
        createdAt: { type: 'string', required: true },
        changedAt: { type: 'string', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['pool'], template: '${pool}', casing: 'none' },
          sk: { field: 'sk', composite: ['id'], template: '${id}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}

export type WarmProcessItem = EntityItem<ReturnType<typeof createWarmProcessEntity>>;

export function toWarmProcess({ pool: _, ...item }: WarmProcessItem): WarmProcess {
  const { ref = null, address = null, instanceId = null } = item;
  return { ...item, ref, address, instanceId };
}

/** How many launches there were of one kind in one hour. */
export function createWarmDemandEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'warm-demand', version: '1', service: 'platform' },
      attributes: {
        pool: { type: 'string', required: true },
        hour: { type: 'string', required: true },
        size: { type: instanceSizes, required: true },
        version: { type: 'string', required: true },
        claimed: { type: 'number' },
        missed: { type: 'number' },
        ttl: { type: 'number', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['pool'], template: '${pool}#demand', casing: 'none' },
          sk: { field: 'sk', composite: ['hour', 'size', 'version'], template: '${hour}#${size}#${version}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}

export function toWarmDemand(item: EntityItem<ReturnType<typeof createWarmDemandEntity>>): WarmDemand {
  const { hour, version, size, claimed = 0, missed = 0 } = item;
  return { hour, version, size, claimed, missed };
}
