import { Entity, type EntityItem } from 'electrodb';
import type { InstanceTask } from '../../../ports.ts';
import type { PlatformTable } from '../table.ts';

const states = ['planned', 'starting', 'running', 'ending'] as const;

/** The task in one place of an instance: the first process or a replica. The index finds it by its id, for events. */
export function createInstanceTaskEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'instance-task', version: '1', service: 'platform' },
      attributes: {
        instanceId: { type: 'string', required: true },
        replica: { type: 'number', required: true },
        id: { type: 'string', required: true },
        state: { type: states, required: true },
        ref: { type: 'string' },
        address: { type: 'string' },
        version: { type: 'string', required: true },
        processes: { type: 'number' },
        startedAt: { type: 'string', required: true },
        /** Another one at each write, by which a write that was sent twice knows itself again. */
        writeId: { type: 'string', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['instanceId'], template: 'tasks#${instanceId}', casing: 'none' },
          sk: { field: 'sk', composite: ['replica'], template: 'place#${replica}', casing: 'none' },
        },
        byId: {
          index: 'gsi1',
          pk: { field: 'gsi1pk', composite: ['id'], template: 'task#${id}', casing: 'none' },
          sk: { field: 'gsi1sk', composite: [], template: 'task', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}

export type InstanceTaskItem = EntityItem<ReturnType<typeof createInstanceTaskEntity>>;

export function toInstanceTask({ writeId: _, ...item }: InstanceTaskItem): InstanceTask {
  const { ref = null, address = null } = item;
  return { ...item, ref, address };
}
