import { CustomAttributeType, Entity, type EntityItem } from 'electrodb';
import type { ActionTurn, BusyInstance, ExecutionTurn, OperationRequest } from '../../../ports.ts';
import type { PlatformTable } from '../table.ts';

/** What has the turn on an instance, and what waits; there is no item where nothing runs. */
export function createOperationTurnEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'operation-turn', version: '1', service: 'platform' },
      attributes: {
        instanceId: { type: 'string', required: true },
        turn: { type: CustomAttributeType<ExecutionTurn | ActionTurn>('any'), required: true },
        waiting: { type: CustomAttributeType<OperationRequest>('any') },
        /** Names the last change: what the next one starts from, and by which a write whose answer was lost is recognised. */
        change: { type: 'string', required: true },
        since: { type: 'string', required: true },
        shard: { type: 'number', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['instanceId'], template: 'operations#${instanceId}', casing: 'none' },
          sk: { field: 'sk', composite: [], template: 'turn', casing: 'none' },
        },
        busy: {
          index: 'gsi1',
          pk: { field: 'gsi1pk', composite: ['shard'], template: 'busy#${shard}', casing: 'none' },
          sk: { field: 'gsi1sk', composite: ['since', 'instanceId'], template: '${since}#${instanceId}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}

export type OperationTurnEntity = ReturnType<typeof createOperationTurnEntity>;
export type OperationTurnItem = EntityItem<OperationTurnEntity>;

export function toBusyInstance({ instanceId, turn, waiting }: OperationTurnItem): BusyInstance {
  return { instanceId, turn, ...(waiting === undefined ? {} : { waiting }) };
}
