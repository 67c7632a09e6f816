import { refuseBeyond, workspaceAlertRules } from '../../../functions/domain/quotas.ts';
import type {
  Alert,
  AlertDelivery,
  AlertRule,
  AlertRuleChange,
  AlertStore,
  DueDelivery,
  Page,
  PageRequest,
} from '../../../functions/ports.ts';
import { pageOfItems } from './page.ts';

type StoredDelivery = AlertDelivery & { nextAttemptAt: string | null };

export class InMemoryAlertStore implements AlertStore {
  readonly #rules = new Map<string, AlertRule>();
  readonly #secrets = new Map<string, string>();
  #alerts: Alert[] = [];
  #deliveries: StoredDelivery[] = [];

  async createRule(rule: AlertRule, { webhookSecret, limit }: { webhookSecret: string | null; limit?: number }): Promise<void> {
    const present = [...this.#rules.values()].filter(({ workspaceId }) => workspaceId === rule.workspaceId);
    if (limit !== undefined) refuseBeyond(limit, present.length, workspaceAlertRules);
    this.#rules.set(rule.id, structuredClone(rule));
    this.#keepSecret(rule.id, webhookSecret);
  }

  async findRule(workspaceId: string, ruleId: string): Promise<AlertRule | undefined> {
    const rule = this.#rules.get(ruleId);
    return rule?.workspaceId === workspaceId ? structuredClone(rule) : undefined;
  }

  async findWebhookSecret(workspaceId: string, ruleId: string): Promise<string | null> {
    return (await this.findRule(workspaceId, ruleId)) === undefined ? null : (this.#secrets.get(ruleId) ?? null);
  }

  async listRules(workspaceId: string, page: PageRequest): Promise<Page<AlertRule>> {
    return pageOfItems(
      [...this.#rules.values()].filter((rule) => rule.workspaceId === workspaceId),
      page,
    );
  }

  async listWatchedRules(page: PageRequest): Promise<Page<AlertRule>> {
    const hasOpen = (rule: AlertRule) => this.#alerts.some(({ ruleId, endedAt }) => ruleId === rule.id && endedAt === null);
    return pageOfItems(
      [...this.#rules.values()].filter((rule) => rule.enabled || hasOpen(rule)),
      page,
    );
  }

  async updateRule(
    workspaceId: string,
    ruleId: string,
    change: AlertRuleChange,
    webhookSecret?: string | null,
  ): Promise<AlertRule | undefined> {
    const rule = await this.findRule(workspaceId, ruleId);
    if (rule === undefined) return undefined;
    this.#rules.set(ruleId, { ...rule, ...structuredClone(change) });
    if (webhookSecret !== undefined) this.#keepSecret(ruleId, webhookSecret);
    return this.findRule(workspaceId, ruleId);
  }

  async deleteRule(workspaceId: string, ruleId: string): Promise<boolean> {
    if ((await this.findRule(workspaceId, ruleId)) === undefined) return false;
    this.#rules.delete(ruleId);
    this.#secrets.delete(ruleId);
    this.#alerts = this.#alerts.filter((alert) => alert.ruleId !== ruleId);
    this.#deliveries = this.#deliveries.filter(({ alertId }) => this.#alerts.some(({ id }) => id === alertId));
    return true;
  }

  async open(alert: Alert, deliveries: AlertDelivery[]): Promise<boolean> {
    const isOpen = this.#alerts.some(
      ({ ruleId, subject, endedAt }) => ruleId === alert.ruleId && subject === alert.subject && endedAt === null,
    );
    if (isOpen || !this.#rules.has(alert.ruleId)) return false;
    this.#alerts.push(structuredClone(alert));
    this.#deliveries.push(...deliveries.map((delivery) => ({ ...delivery, nextAttemptAt: delivery.at })));
    return true;
  }

  async listOpen(ruleIds: readonly string[]): Promise<Alert[]> {
    return structuredClone(this.#alerts.filter(({ ruleId, endedAt }) => ruleIds.includes(ruleId) && endedAt === null));
  }

  async end(alertId: string, endedAt: string): Promise<void> {
    const alert = this.#alerts.find(({ id }) => id === alertId);
    if (alert !== undefined) alert.endedAt ??= endedAt;
  }

  async list(workspaceId: string, page: PageRequest): Promise<Page<Alert & { deliveries: AlertDelivery[] }>> {
    return pageOfItems(
      this.#alerts
        .filter((alert) => alert.workspaceId === workspaceId)
        .map((alert) => ({
          ...alert,
          deliveries: this.#deliveries.filter(({ alertId }) => alertId === alert.id).map(withoutTurn),
        })),
      page,
    );
  }

  async claimDue({ now, leaseUntil, limit, except = [] }: Parameters<AlertStore['claimDue']>[0]): Promise<DueDelivery[]> {
    const excepted = new Set(this.#alerts.filter(({ workspaceId }) => except.includes(workspaceId)).map(({ id }) => id));
    const due = this.#deliveries.filter(
      ({ alertId, status, nextAttemptAt }) =>
        status === 'pending' && nextAttemptAt !== null && nextAttemptAt <= now && !excepted.has(alertId),
    );
    return due.slice(0, limit).map((delivery) => {
      Object.assign(delivery, { attempts: delivery.attempts + 1, at: now, nextAttemptAt: leaseUntil });
      const alert = this.#alerts.find(({ id }) => id === delivery.alertId) as Alert;
      const rule = this.#rules.get(alert.ruleId) as AlertRule;
      return structuredClone({
        ...{ delivery: withoutTurn(delivery), alert, rule, webhookSecret: this.#secrets.get(rule.id) ?? null },
      });
    });
  }

  async settle(deliveryId: string, { status, at, lastError, nextAttemptAt }: Parameters<AlertStore['settle']>[1]): Promise<void> {
    const delivery = this.#deliveries.find(({ id }) => id === deliveryId);
    if (delivery !== undefined) Object.assign(delivery, { status, at, lastError, nextAttemptAt: nextAttemptAt ?? null });
  }

  async prune(endedBefore: string): Promise<number> {
    const before = this.#alerts.length;
    this.#alerts = this.#alerts.filter(({ endedAt }) => endedAt === null || endedAt >= endedBefore);
    return before - this.#alerts.length;
  }

  #keepSecret(ruleId: string, secret: string | null): void {
    if (secret === null) this.#secrets.delete(ruleId);
    else this.#secrets.set(ruleId, secret);
  }
}

function withoutTurn({ nextAttemptAt: _, ...delivery }: StoredDelivery): AlertDelivery {
  return delivery;
}
