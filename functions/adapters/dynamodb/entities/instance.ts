import { CustomAttributeType, Entity, type EntityItem } from 'electrodb';
import { instanceModes, instanceSizes } from '../../../../core/instance-configuration.ts';
import { desiredStates, instanceStatuses } from '../../../../core/instance-status.ts';
import { type PolicySwitch, policies } from '../../../../core/policy.ts';
import type { ToolSelectionName } from '../../../../core/tool-selection.ts';
import type { Instance, Runtime } from '../../../ports.ts';
import type { PlatformTable } from '../table.ts';

/**
 * An instance. Routers read the item by the key and the attribute names of `core/platform-table.ts`. What is `null` in the domain is
 * absent here.
 */
export function createInstanceEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'instance', version: '1', service: 'platform' },
      attributes: {
        id: { type: 'string', required: true, readOnly: true },
        workspaceId: { type: 'string', required: true, readOnly: true },
        name: { type: 'string', required: true },
        keyId: { type: 'string', required: true },
        mode: { type: instanceModes, required: true },
        toolsets: { type: CustomAttributeType<ToolSelectionName[]>('any') },
        policy: { type: policies, required: true },
        allow: { type: CustomAttributeType<PolicySwitch[]>('any'), required: true },
        allowedTools: { type: CustomAttributeType<string[]>('any') },
        deniedTools: { type: CustomAttributeType<string[]>('any') },
        size: { type: instanceSizes, required: true },
        sleepAfterSeconds: { type: 'number' },
        maxReplicas: { type: 'number', required: true },
        replicas: { type: 'number', required: true },
        argumentLogUntil: { type: 'string' },
        desiredState: { type: desiredStates, required: true },
        status: { type: instanceStatuses, required: true },
        statusReason: { type: 'string', required: true },
        nextStep: { type: 'string' },
        runtime: { type: CustomAttributeType<Runtime>('any') },
        firstConnectedAt: { type: 'string' },
        createdAt: { type: 'string', required: true, readOnly: true },
        updatedAt: { type: 'string', required: true },
        version: { type: 'number', required: true },
        /** Names the last change, so that one whose answer was lost is recognised when it is sent again. */
        lastChange: { type: 'string' },
        /** How many tokens the instance has. Changes in the transactions that create and delete them. */
        tokenCount: { type: 'number', required: true, default: 0 },
        /** The item is about to be deleted, its tokens are going: it takes no more. */
        closing: { type: 'boolean' },
        shard: { type: 'number', required: true, readOnly: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['id'], template: 'instance#${id}', casing: 'none' },
          sk: { field: 'sk', composite: [], template: 'instance', casing: 'none' },
        },
        byWorkspace: {
          index: 'gsi1',
          pk: { field: 'gsi1pk', composite: ['workspaceId'], template: 'workspace#${workspaceId}#instances', casing: 'none' },
          sk: { field: 'gsi1sk', composite: ['createdAt', 'id'], template: '${createdAt}#${id}', casing: 'none' },
        },
        all: {
          index: 'gsi2',
          pk: { field: 'gsi2pk', composite: ['shard'], template: 'instances#${shard}', casing: 'none' },
          sk: { field: 'gsi2sk', composite: ['createdAt', 'id'], template: '${createdAt}#${id}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}

export type InstanceItem = EntityItem<ReturnType<typeof createInstanceEntity>>;

export function toInstance(item: InstanceItem): Instance {
  const { lastChange: _lastChange, tokenCount: _tokenCount, closing: _closing, shard: _shard, ...rest } = item;
  return {
    ...rest,
    toolsets: item.toolsets ?? null,
    allowedTools: item.allowedTools ?? null,
    deniedTools: item.deniedTools ?? null,
    sleepAfterSeconds: item.sleepAfterSeconds ?? null,
    argumentLogUntil: item.argumentLogUntil ?? null,
    nextStep: item.nextStep ?? null,
    runtime: item.runtime ?? null,
    firstConnectedAt: item.firstConnectedAt ?? null,
  };
}
