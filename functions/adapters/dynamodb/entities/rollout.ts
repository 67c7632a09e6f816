import { Entity, type EntityItem } from 'electrodb';
import type { Rollout } from '../../../ports.ts';
import type { PlatformTable } from '../table.ts';

const statuses = ['canary', 'rolling', 'rolling_back', 'done', 'rolled_back', 'failed'] as const;

/** The way of a version through the installation. The instances that have it lie in parts beside it: they can be too many for an item. */
export function createRolloutEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'rollout', version: '1', service: 'platform' },
      attributes: {
        id: { type: 'string', required: true, readOnly: true },
        version: { type: 'string', required: true, readOnly: true },
        previousVersion: { type: 'string', required: true, readOnly: true },
        status: { type: statuses, required: true },
        observeSeconds: { type: 'number', required: true, readOnly: true },
        /** Digests of the parts of the list of upgraded instances, in its order. */
        upgradedParts: { type: 'list', items: { type: 'string' }, required: true },
        total: { type: 'number', required: true },
        failedInstanceId: { type: 'string' },
        reason: { type: 'string' },
        startedAt: { type: 'string', required: true, readOnly: true },
        endedAt: { type: 'string' },
        /** The same for all, so that an index lists them. */
        list: { type: 'string', required: true, readOnly: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['id'], template: 'rollout#${id}', casing: 'none' },
          sk: { field: 'sk', composite: [], template: 'rollout', casing: 'none' },
        },
        all: {
          index: 'gsi1',
          pk: { field: 'gsi1pk', composite: ['list'], template: '${list}', casing: 'none' },
          sk: { field: 'gsi1sk', composite: ['startedAt', 'id'], template: '${startedAt}#${id}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}

export type RolloutItem = EntityItem<ReturnType<typeof createRolloutEntity>>;

/** Instances that were upgraded, some hundreds an item. Never changed: a part with other instances has another digest. */
export function createRolloutPartEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'rollout-part', version: '1', service: 'platform' },
      attributes: {
        rolloutId: { type: 'string', required: true },
        digest: { type: 'string', required: true },
        /** JSON: `[{ instanceId, at }]`. */
        upgraded: { type: 'string', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['rolloutId'], template: 'rollout#${rolloutId}', casing: 'none' },
          sk: { field: 'sk', composite: ['digest'], template: 'upgraded#${digest}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}

/** Names the one rollout that is under way; there is none of it where none is. */
export function createActiveRolloutEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'active-rollout', version: '1', service: 'platform' },
      attributes: {
        name: { type: 'string', required: true },
        rolloutId: { type: 'string', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['name'], template: '${name}', casing: 'none' },
          sk: { field: 'sk', composite: [], template: 'active', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}

export function toRollout(item: RolloutItem, upgraded: Rollout['upgraded']): Rollout {
  const { upgradedParts: _, list: __, failedInstanceId = null, reason = null, endedAt = null, ...rollout } = item;
  return { ...rollout, upgraded, failedInstanceId, reason, endedAt };
}
