import { CustomAttributeType, Entity, type EntityItem } from 'electrodb';
import { type AlertRule, alertKinds } from '../../../ports.ts';
import type { PlatformTable } from '../table.ts';

/** Partition of the index of the rules that somebody has to look after. */
const watchedRules = 'watched-alert-rules';

/** An alert rule with the alerts of it that are open. Written as a whole, under the condition that nobody else has meanwhile. */
export function createAlertRuleEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'alert-rule', version: '1', service: 'platform' },
      attributes: {
        id: { type: 'string', required: true },
        workspaceId: { type: 'string', required: true },
        name: { type: 'string', required: true },
        kind: { type: alertKinds, required: true },
        instanceId: { type: 'string' },
        threshold: { type: 'number' },
        windowMinutes: { type: 'number', required: true },
        emails: { type: CustomAttributeType<string[]>('any'), required: true },
        webhookUrl: { type: 'string' },
        enabled: { type: 'boolean', required: true },
        createdAt: { type: 'string', required: true },
        /** Base64, sealed for this rule alone. */
        sealedWebhookSecret: { type: 'string' },
        /** Identifiers of the open alerts by their subjects: a subject has one at most. */
        open: { type: CustomAttributeType<Record<string, string>>('any'), required: true },
        /** Grows with every change. */
        revision: { type: 'number', required: true },
        /** There where the rule is enabled or has an open alert. */
        watch: { type: 'string' },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['id'], template: 'alert-rule#${id}', casing: 'none' },
          sk: { field: 'sk', composite: [], template: 'rule', casing: 'none' },
        },
        watched: {
          index: 'gsi1',
          pk: { field: 'gsi1pk', composite: ['watch'], template: '${watch}', casing: 'none' },
          sk: { field: 'gsi1sk', composite: ['createdAt', 'id'], template: '${createdAt}#${id}', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}

export type AlertRuleEntity = ReturnType<typeof createAlertRuleEntity>;
export type AlertRuleItem = EntityItem<AlertRuleEntity>;

/** The key of the index of watched rules. */
export const watchedKey = { watch: watchedRules };

/** The item as it is to be stored: in the index where it belongs there. */
export function withWatch({ watch: _, ...item }: AlertRuleItem): AlertRuleItem {
  return item.enabled || Object.keys(item.open).length > 0 ? { ...item, ...watchedKey } : item;
}

export function toAlertRule(item: AlertRuleItem): AlertRule {
  const { sealedWebhookSecret: _secret, open: _open, revision: _revision, watch: _watch, ...rule } = item;
  const { instanceId = null, threshold = null, webhookUrl = null } = rule;
  return { ...rule, instanceId, threshold, webhookUrl };
}

/** Which rules a workspace has. Changes with them, in the same transactions. */
export function createAlertRuleListEntity(table: PlatformTable) {
  return new Entity(
    {
      model: { entity: 'alert-rule-list', version: '1', service: 'platform' },
      attributes: {
        workspaceId: { type: 'string', required: true },
        ruleIds: { type: CustomAttributeType<string[]>('any'), required: true },
        /** Grows with every change. */
        revision: { type: 'number', required: true },
      },
      indexes: {
        primary: {
          pk: { field: 'pk', composite: ['workspaceId'], template: 'alert-rules#${workspaceId}', casing: 'none' },
          sk: { field: 'sk', composite: [], template: 'rules', casing: 'none' },
        },
      },
    } as const,
    table,
  );
}

export type AlertRuleListEntity = ReturnType<typeof createAlertRuleListEntity>;
