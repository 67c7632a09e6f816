import { CustomAttributeType, Entity, type EntityItem } from 'electrodb';
import { type Alert, type AlertDelivery, alertKinds } from '../../../ports.ts';
import type { PlatformTable } from '../table.ts';

/** That a rule fired for one thing. */
export function createAlertEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'alert', version: '1', service: 'platform' },
      attributes: {
        id: { type: 'string', required: true },
        workspaceId: { type: 'string', required: true },
        ruleId: { type: 'string', required: true },
        kind: { type: alertKinds, required: true },
        subject: { type: 'string', required: true },
        instanceId: { type: 'string' },
        message: { type: 'string', required: true },
        startedAt: { type: 'string', required: true },
        endedAt: { type: 'string' },
        /** Of its messages, ascending. */
        deliveryIds: { type: CustomAttributeType<string[]>('any'), required: true },
        /** There where it has ended, and the same for all of those. */
        ended: { type: 'string' },
        ttl: { type: 'number' },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['id'], template: 'alert#${id}', casing: 'none' },
          sk: { field: 'sk', composite: [], template: 'alert', casing: 'none' },
        },
        byWorkspace: {
          index: 'gsi1',
          pk: { field: 'gsi1pk', composite: ['workspaceId'], template: 'workspace#${workspaceId}#alerts', casing: 'none' },
          sk: { field: 'gsi1sk', composite: ['startedAt', 'id'], template: '${startedAt}#${id}', casing: 'none' },
        },
        byEnd: {
          index: 'gsi2',
          pk: { field: 'gsi2pk', composite: ['ended'], template: '${ended}', casing: 'none' },
          sk: { field: 'gsi2sk', composite: ['endedAt'], template: '${endedAt}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}

export type AlertEntity = ReturnType<typeof createAlertEntity>;
export type AlertItem = EntityItem<AlertEntity>;

/** The key of the index of alerts that have ended. */
export const endedKey = { ended: 'ended-alerts' };

export function toAlert(item: AlertItem): Alert {
  const { deliveryIds: _deliveryIds, ended: _ended, ttl: _ttl, instanceId = null, endedAt = null, ...alert } = item;
  return { ...alert, instanceId, endedAt };
}

/** One message about an alert to one recipient. */
export function createAlertDeliveryEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'alert-delivery', version: '1', service: 'platform' },
      attributes: {
        id: { type: 'string', required: true },
        alertId: { type: 'string', required: true },
        ruleId: { type: 'string', required: true },
        workspaceId: { type: 'string', required: true },
        channel: { type: ['email', 'webhook'] as const, required: true },
        recipient: { type: 'string', required: true },
        status: { type: ['pending', 'sent', 'failed'] as const, required: true },
        attempts: { type: 'number', required: true },
        lastError: { type: 'string' },
        at: { type: 'string', required: true },
        nextAttemptAt: { type: 'string' },
        /** There where the message is still to be sent, and the same for all of those. */
        due: { type: 'string' },
        ttl: { type: 'number', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['id'], template: 'alert-delivery#${id}', casing: 'none' },
          sk: { field: 'sk', composite: [], template: 'delivery', casing: 'none' },
        },
        byTurn: {
          index: 'gsi1',
          pk: { field: 'gsi1pk', composite: ['due'], template: '${due}', casing: 'none' },
          sk: { field: 'gsi1sk', composite: ['nextAttemptAt'], template: '${nextAttemptAt}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}

export type AlertDeliveryEntity = ReturnType<typeof createAlertDeliveryEntity>;
export type AlertDeliveryItem = EntityItem<AlertDeliveryEntity>;

/** The key of the index of messages that are still to be sent. */
export const dueKey = { due: 'due-alert-deliveries' };

export function toAlertDelivery(item: AlertDeliveryItem): AlertDelivery {
  const { id, alertId, channel, recipient, status, attempts, lastError = null, at } = item;
  return { id, alertId, channel, recipient, status, attempts, lastError, at };
}
