import { createWriteTransaction } from 'electrodb';
import type { Sealer } from '../../../core/sealer.ts';
import type {
  Alert,
  AlertDelivery,
  AlertRule,
  AlertRuleChange,
  AlertStore,
  DueDelivery,
  Page,
  PageRequest,
} from '../../ports.ts';
import { AlertDeliveries, idOf } from './alert-deliveries.ts';
import { AlertRules } from './alert-rules.ts';
import { readBatch } from './batch-get.ts';
import { writeAll } from './batch-write.ts';
import {
  type AlertDeliveryEntity,
  type AlertEntity,
  type AlertItem,
  createAlertDeliveryEntity,
  createAlertEntity,
  dueKey,
  endedKey,
  toAlert,
  toAlertDelivery,
} from './entities/alert.ts';
import { type AlertRuleEntity, type AlertRuleItem, createAlertRuleEntity, toAlertRule } from './entities/alert-rule.ts';
import { day, expiresAfter } from './expiry.ts';
import { withoutNulls } from './null-attributes.ts';
import { readPage } from './page.ts';
import { requested } from './request.ts';
import type { PlatformTable } from './table.ts';
import { writeTogether } from './transaction.ts';
import { untilUndisturbed } from './undisturbed.ts';

/** Alerts that ended go by `prune`; these times are for where nobody calls it. Messages count from when they were written. */
const alertsKeptSeconds = 97 * day;
const deliveriesKeptSeconds = 400 * day;

/**
 * A rule's item names its open alerts, so that a condition on it keeps a second one for the same subject out; whoever opens or ends an
 * alert changes both in one transaction. The secret of a webhook lies in its rule's item, sealed for this rule alone.
 */
export class DynamoAlertStore implements AlertStore {
  readonly #entities: { rule: AlertRuleEntity; alert: AlertEntity; delivery: AlertDeliveryEntity };
  readonly #rules: AlertRules;
  readonly #deliveries: AlertDeliveries;
  readonly #sealer: Sealer;

  constructor(table: PlatformTable, sealer: Sealer) {
    this.#entities = {
      rule: createAlertRuleEntity(table),
      alert: createAlertEntity(table),
      delivery: createAlertDeliveryEntity(table),
    };
    this.#rules = new AlertRules(table, this.#entities.rule);
    this.#deliveries = new AlertDeliveries(this.#entities.delivery);
    this.#sealer = sealer;
  }

  createRule(rule: AlertRule, { webhookSecret, limit }: { webhookSecret: string | null; limit?: number }): Promise<void> {
    const item = { ...withoutNulls(rule), ...this.#sealed(rule.id, webhookSecret), open: {}, revision: 1 };
    return this.#rules.create(item, limit);
  }

  async findRule(workspaceId: string, ruleId: string): Promise<AlertRule | undefined> {
    const item = await this.#rules.find(ruleId);
    return item?.workspaceId === workspaceId ? toAlertRule(item) : undefined;
  }

  async findWebhookSecret(workspaceId: string, ruleId: string): Promise<string | null> {
    const item = await this.#rules.find(ruleId);
    return item?.workspaceId === workspaceId ? this.#unseal(item) : null;
  }

  listRules(workspaceId: string, page: PageRequest): Promise<Page<AlertRule>> {
    return this.#rules.list(workspaceId, page);
  }

  /** From an index, which shows a change a moment after it was stored. */
  listWatchedRules(page: PageRequest): Promise<Page<AlertRule>> {
    return this.#rules.listWatched(page);
  }

  async updateRule(
    workspaceId: string,
    ruleId: string,
    change: AlertRuleChange,
    webhookSecret?: string | null,
  ): Promise<AlertRule | undefined> {
    const item = await this.#rules.change(workspaceId, ruleId, (present) => {
      const { sealedWebhookSecret, open, revision } = present;
      const sealed =
        webhookSecret === undefined ? withoutUndefined({ sealedWebhookSecret }) : this.#sealed(ruleId, webhookSecret);
      return { ...withoutNulls({ ...toAlertRule(present), ...withoutUndefined(change) }), ...sealed, open, revision };
    });
    return item && toAlertRule(item);
  }

  /** Where it breaks off, the rule is gone and its alerts are shown no more; asked again, it deletes what was left. */
  async deleteRule(workspaceId: string, ruleId: string): Promise<boolean> {
    const deleted = await this.#rules.delete(workspaceId, ruleId);
    const { data } = await requested(() =>
      this.#entities.alert.query
        .byWorkspace({ workspaceId })
        .where((alert, { eq }) => eq(alert.ruleId, ruleId))
        .go({ pages: 'all' }),
    );
    await this.#deleteAlerts(data);
    return deleted;
  }

  open(alert: Alert, deliveries: AlertDelivery[]): Promise<boolean> {
    return untilUndisturbed(async () => {
      const rule = await this.#rules.find(alert.ruleId);
      if (rule === undefined || rule.open[alert.subject] !== undefined) return { value: false };
      const { written } = await writeTogether(() =>
        createWriteTransaction(this.#entities, (entities) => [
          entities.rule
            .put(this.#rules.next({ ...rule, open: { ...rule.open, [alert.subject]: alert.id } }))
            .where(({ revision }, { eq }) => eq(revision, rule.revision))
            .commit(),
          entities.alert.put({ ...withoutNulls(alert), deliveryIds: deliveries.map(({ id }) => id).sort() }).commit(),
          ...deliveries.map((delivery) =>
            entities.delivery
              .put({
                ...{ ...withoutNulls(delivery), ...dueKey, nextAttemptAt: delivery.at },
                ...{
                  ruleId: alert.ruleId,
                  workspaceId: alert.workspaceId,
                  ttl: expiresAfter(delivery.at, deliveriesKeptSeconds),
                },
              })
              .commit(),
          ),
        ]),
      );
      return written ? { value: true } : undefined;
    });
  }

  async listOpen(ruleIds: readonly string[]): Promise<Alert[]> {
    const rules = await this.#rules.findAll(ruleIds);
    const alerts = await this.#findAlerts(rules.flatMap(({ open }) => Object.values(open)));
    return alerts.map(toAlert);
  }

  end(alertId: string, endedAt: string): Promise<void> {
    return untilUndisturbed(async () => {
      const [alert] = await this.#findAlerts([alertId]);
      if (alert === undefined || alert.endedAt !== undefined) return { value: undefined };
      const rule = await this.#rules.find(alert.ruleId);
      const isOpen = rule?.open[alert.subject] === alertId;
      const { written } = await writeTogether(() =>
        createWriteTransaction(this.#entities, (entities) => [
          entities.alert
            .put({ ...alert, ...endedKey, endedAt, ttl: expiresAfter(endedAt, alertsKeptSeconds) })
            .where((present, { exists, notExists }) => `${exists(present.id)} AND ${notExists(present.endedAt)}`)
            .commit(),
          ...(isOpen
            ? [
                entities.rule
                  .put(this.#rules.next({ ...rule, open: without(rule.open, alert.subject) }))
                  .where(({ revision }, { eq }) => eq(revision, rule.revision))
                  .commit(),
              ]
            : []),
        ]),
      );
      return written ? { value: undefined } : undefined;
    });
  }

  /** From an index, which shows a new alert a moment after it was stored. Those whose rule is being deleted are left out. */
  async list(workspaceId: string, page: PageRequest): Promise<Page<Alert & { deliveries: AlertDelivery[] }>> {
    const ruleIds = await this.#rules.idsOf(workspaceId);
    const { items, nextCursor } = await readPage<AlertItem>(
      page,
      (alert) => alert.startedAt,
      async (after, count) => {
        const all = this.#entities.alert.query.byWorkspace({ workspaceId });
        const asked = after === undefined ? all : all.lt({ startedAt: after.time, id: after.id });
        return (await requested(() => asked.go({ order: 'desc', limit: count, count }))).data;
      },
    );
    const shown = items.filter(({ ruleId }) => ruleIds.has(ruleId));
    const deliveries = await this.#deliveries.read(shown.flatMap(({ deliveryIds }) => deliveryIds));
    return {
      items: shown.map((item) => ({
        ...toAlert(item),
        deliveries: item.deliveryIds.map((id) => deliveries.get(id)).filter((delivery) => delivery !== undefined),
      })),
      nextCursor,
    };
  }

  async claimDue(request: Parameters<AlertStore['claimDue']>[0]): Promise<DueDelivery[]> {
    const claimed = await this.#deliveries.claim(request);
    const alerts = new Map((await this.#findAlerts(claimed.map(({ alertId }) => alertId))).map((alert) => [alert.id, alert]));
    const rules = new Map((await this.#rules.findAll(claimed.map(({ ruleId }) => ruleId))).map((rule) => [rule.id, rule]));
    const isOrphan = ({ alertId, ruleId }: { alertId: string; ruleId: string }) => !alerts.has(alertId) || !rules.has(ruleId);
    await this.#deliveries.delete(claimed.filter(isOrphan).map(({ id }) => id));
    return claimed.flatMap((item) => {
      const alert = alerts.get(item.alertId);
      const rule = rules.get(item.ruleId);
      // Deleted a moment ago, and its messages with it.
      if (alert === undefined || rule === undefined) return [];
      return [{ delivery: toAlertDelivery(item), alert: toAlert(alert), rule: toAlertRule(rule), ...this.#openSecret(rule) }];
    });
  }

  settle(...parameters: Parameters<AlertStore['settle']>): Promise<void> {
    return this.#deliveries.settle(...parameters);
  }

  async prune(endedBefore: string): Promise<number> {
    const { data } = await requested(() =>
      this.#entities.alert.query.byEnd(endedKey).lt({ endedAt: endedBefore }).go({ pages: 'all' }),
    );
    await this.#deleteAlerts(data);
    return data.length;
  }

  #findAlerts(alertIds: readonly string[]): Promise<AlertItem[]> {
    const keys = [...new Set(alertIds)].map((id) => ({ id }));
    return readBatch(keys, (batch) => this.#entities.alert.get(batch).go({ consistent: true }));
  }

  /** Their messages first: an alert that is left still tells of them. */
  async #deleteAlerts(alerts: readonly AlertItem[]): Promise<void> {
    await this.#deliveries.delete(alerts.flatMap(({ deliveryIds }) => deliveryIds));
    await writeAll(
      alerts.map(({ id }) => ({ id })),
      idOf,
      (gone) => this.#entities.alert.delete(gone).go(),
    );
  }

  #sealed(ruleId: string, secret: string | null): { sealedWebhookSecret?: string } {
    if (secret === null) return {};
    return { sealedWebhookSecret: this.#sealer.seal(webhookSecretContext(ruleId), secret).toString('base64') };
  }

  /** One secret that cannot be opened is no reason for the messages of all others to wait. */
  #openSecret(rule: AlertRuleItem): Pick<DueDelivery, 'webhookSecret' | 'unreadableSecret'> {
    try {
      return { webhookSecret: this.#unseal(rule) };
    } catch (unreadableSecret) {
      return { webhookSecret: null, unreadableSecret };
    }
  }

  #unseal({ id, sealedWebhookSecret }: AlertRuleItem): string | null {
    if (sealedWebhookSecret === undefined) return null;
    return this.#sealer.open(webhookSecretContext(id), Buffer.from(sealedWebhookSecret, 'base64'));
  }
}

/** What the secret of a rule's webhook is sealed for. */
export function webhookSecretContext(ruleId: string): string {
  return `alert rule ${ruleId}`;
}

function without(open: Record<string, string>, subject: string): Record<string, string> {
  const { [subject]: _, ...rest } = open;
  return rest;
}

function withoutUndefined<Item extends object>(item: Item): { [Key in keyof Item]?: Exclude<Item[Key], undefined> } {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as never;
}
