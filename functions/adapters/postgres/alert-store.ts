import { type Selectable, sql } from 'kysely';
import type { Sealer } from '../../../core/sealer.ts';
import { refuseBeyond, workspaceAlertRules } from '../../domain/quotas.ts';
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
import { repeatable } from './connection-failure.ts';
import type { Database } from './database.ts';
import { lockWorkspace } from './lock-owner.ts';
import { afterCursor, toPage } from './page.ts';
import type { Schema } from './schema.ts';

/** The secret of a webhook lies in its rule's row, sealed for this row alone, so that neither is ever there without the other. */
export class PostgresAlertStore implements AlertStore {
  readonly #database: Database;
  readonly #sealer: Sealer;

  constructor(database: Database, sealer: Sealer) {
    this.#database = database;
    this.#sealer = sealer;
  }

  createRule(rule: AlertRule, { webhookSecret, limit }: { webhookSecret: string | null; limit?: number }): Promise<void> {
    return this.#database.transaction().execute(async (transaction) => {
      if (limit !== undefined) {
        await lockWorkspace(transaction, rule.workspaceId);
        const { count } = await transaction
          .selectFrom('alertRules')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('workspaceId', '=', rule.workspaceId)
          .executeTakeFirstOrThrow();
        refuseBeyond(limit, count, workspaceAlertRules);
      }
      const sealedWebhookSecret = this.#seal(rule.id, webhookSecret);
      await transaction
        .insertInto('alertRules')
        .values({ ...rule, sealedWebhookSecret })
        .execute();
    });
  }

  async findRule(workspaceId: string, ruleId: string): Promise<AlertRule | undefined> {
    const row = await this.#findRow(workspaceId, ruleId);
    return row && toRule(row);
  }

  async findWebhookSecret(workspaceId: string, ruleId: string): Promise<string | null> {
    const row = await this.#findRow(workspaceId, ruleId);
    return row === undefined ? null : this.#unseal(row);
  }

  async listRules(workspaceId: string, page: PageRequest): Promise<Page<AlertRule>> {
    const rows = await repeatable(() =>
      this.#database
        .selectFrom('alertRules')
        .selectAll()
        .where('workspaceId', '=', workspaceId)
        .where(afterCursor('createdAt', page.cursor))
        .orderBy('createdAt', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute(),
    );
    return toPage(rows.map(toRule), page, (rule) => rule.createdAt);
  }

  async listWatchedRules(page: PageRequest): Promise<Page<AlertRule>> {
    const rows = await repeatable(() =>
      this.#database
        .selectFrom('alertRules')
        .selectAll()
        .where(({ or, eb, exists, selectFrom }) =>
          or([
            eb('enabled', '=', true),
            exists(selectFrom('alerts').select('id').whereRef('ruleId', '=', 'alertRules.id').where('endedAt', 'is', null)),
          ]),
        )
        .where(afterCursor('createdAt', page.cursor))
        .orderBy('createdAt', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute(),
    );
    return toPage(rows.map(toRule), page, (rule) => rule.createdAt);
  }

  async updateRule(
    workspaceId: string,
    ruleId: string,
    change: AlertRuleChange,
    webhookSecret?: string | null,
  ): Promise<AlertRule | undefined> {
    const sealed = webhookSecret === undefined ? {} : { sealedWebhookSecret: this.#seal(ruleId, webhookSecret) };
    if (Object.keys({ ...change, ...sealed }).length === 0) return this.findRule(workspaceId, ruleId);
    const row = await this.#database
      .updateTable('alertRules')
      .set({ ...change, ...sealed })
      .where('workspaceId', '=', workspaceId)
      .where('id', '=', ruleId)
      .returningAll()
      .executeTakeFirst();
    return row && toRule(row);
  }

  async deleteRule(workspaceId: string, ruleId: string): Promise<boolean> {
    const { numDeletedRows } = await this.#database
      .deleteFrom('alertRules')
      .where('workspaceId', '=', workspaceId)
      .where('id', '=', ruleId)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  open(alert: Alert, deliveries: AlertDelivery[]): Promise<boolean> {
    return repeatable(() =>
      this.#database.transaction().execute(async (transaction) => {
        const rule = await transaction
          .selectFrom('alertRules')
          .select('id')
          .where('id', '=', alert.ruleId)
          .forKeyShare()
          .executeTakeFirst();
        if (rule === undefined) return false;
        const { numInsertedOrUpdatedRows: inserted } = await transaction
          .insertInto('alerts')
          .values(alert)
          .onConflict((conflict) => conflict.columns(['ruleId', 'subject']).where('endedAt', 'is', null).doNothing())
          .executeTakeFirst();
        if (inserted === 0n) return false;
        if (deliveries.length > 0) {
          await transaction
            .insertInto('alertDeliveries')
            .values(deliveries.map((delivery) => ({ ...delivery, nextAttemptAt: delivery.at })))
            .execute();
        }
        return true;
      }),
    );
  }

  async listOpen(ruleIds: readonly string[]): Promise<Alert[]> {
    if (ruleIds.length === 0) return [];
    return repeatable(() =>
      this.#database.selectFrom('alerts').selectAll().where('ruleId', 'in', ruleIds).where('endedAt', 'is', null).execute(),
    );
  }

  async end(alertId: string, endedAt: string): Promise<void> {
    await repeatable(() =>
      this.#database.updateTable('alerts').set({ endedAt }).where('id', '=', alertId).where('endedAt', 'is', null).execute(),
    );
  }

  async list(workspaceId: string, page: PageRequest): Promise<Page<Alert & { deliveries: AlertDelivery[] }>> {
    const rows = await repeatable(() =>
      this.#database
        .selectFrom('alerts')
        .selectAll()
        .where('workspaceId', '=', workspaceId)
        .where(afterCursor('startedAt', page.cursor))
        .orderBy('startedAt', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute(),
    );
    const { items, nextCursor } = toPage(rows, page, (alert) => alert.startedAt);
    const deliveries = await this.#deliveriesOf(items.map(({ id }) => id));
    return { items: items.map((alert) => ({ ...alert, deliveries: deliveries.get(alert.id) ?? [] })), nextCursor };
  }

  async claimDue({ now, leaseUntil, limit, except = [] }: Parameters<AlertStore['claimDue']>[0]): Promise<DueDelivery[]> {
    // Not repeated where it fails: that would count two attempts.
    const claimed = await this.#database
      .updateTable('alertDeliveries')
      .set({ attempts: sql<number>`attempts + 1`, nextAttemptAt: leaseUntil, at: now })
      .where('id', 'in', (inner) =>
        inner
          .selectFrom('alertDeliveries')
          .select('id')
          .where('status', '=', 'pending')
          .where('nextAttemptAt', '<=', now)
          .$if(except.length > 0, (due) =>
            due.where(({ not, exists, selectFrom }) =>
              not(
                exists(
                  selectFrom('alerts')
                    .select('alerts.id')
                    .whereRef('alerts.id', '=', 'alertDeliveries.alertId')
                    .where('alerts.workspaceId', 'in', except),
                ),
              ),
            ),
          )
          .orderBy('nextAttemptAt')
          .limit(limit)
          .forUpdate()
          .skipLocked(),
      )
      .returningAll()
      .execute();
    if (claimed.length === 0) return [];
    const alerts = await this.#database
      .selectFrom('alerts')
      .selectAll()
      .where('id', 'in', [...new Set(claimed.map(({ alertId }) => alertId))])
      .execute();
    const rules = await this.#database
      .selectFrom('alertRules')
      .selectAll()
      .where('id', 'in', [...new Set(alerts.map(({ ruleId }) => ruleId))])
      .execute();
    return claimed.flatMap((row) => {
      const alert = alerts.find(({ id }) => id === row.alertId);
      const rule = rules.find(({ id }) => id === alert?.ruleId);
      // Deleted a moment ago, and its messages with it.
      if (alert === undefined || rule === undefined) return [];
      return [{ delivery: toDelivery(row), alert, rule: toRule(rule), ...this.#openSecret(rule) }];
    });
  }

  async settle(
    deliveryId: string,
    {
      status,
      at,
      lastError,
      nextAttemptAt = null,
    }: Omit<Parameters<AlertStore['settle']>[1], 'nextAttemptAt'> & {
      nextAttemptAt?: string | null;
    },
  ): Promise<void> {
    await repeatable(() =>
      this.#database
        .updateTable('alertDeliveries')
        .set({ status, at, lastError, nextAttemptAt })
        .where('id', '=', deliveryId)
        .execute(),
    );
  }

  async prune(endedBefore: string): Promise<number> {
    const { numDeletedRows } = await repeatable(() =>
      this.#database.deleteFrom('alerts').where('endedAt', '<', endedBefore).executeTakeFirst(),
    );
    return Number(numDeletedRows);
  }

  #findRow(workspaceId: string, ruleId: string): Promise<Selectable<Schema['alertRules']> | undefined> {
    return repeatable(() =>
      this.#database
        .selectFrom('alertRules')
        .selectAll()
        .where('workspaceId', '=', workspaceId)
        .where('id', '=', ruleId)
        .executeTakeFirst(),
    );
  }

  async #deliveriesOf(alertIds: readonly string[]): Promise<Map<string, AlertDelivery[]>> {
    if (alertIds.length === 0) return new Map();
    const rows = await repeatable(() =>
      this.#database.selectFrom('alertDeliveries').selectAll().where('alertId', 'in', alertIds).orderBy('id').execute(),
    );
    return Map.groupBy(rows.map(toDelivery), ({ alertId }) => alertId);
  }

  #seal(ruleId: string, secret: string | null): Buffer | null {
    return secret === null ? null : this.#sealer.seal(sealContext(ruleId), secret);
  }

  /** One secret that cannot be opened is no reason for the messages of all others to wait. */
  #openSecret(rule: Selectable<Schema['alertRules']>): Pick<DueDelivery, 'webhookSecret' | 'unreadableSecret'> {
    try {
      return { webhookSecret: this.#unseal(rule) };
    } catch (unreadableSecret) {
      return { webhookSecret: null, unreadableSecret };
    }
  }

  #unseal({ id, sealedWebhookSecret }: Selectable<Schema['alertRules']>): string | null {
    return sealedWebhookSecret === null ? null : this.#sealer.open(sealContext(id), sealedWebhookSecret);
  }
}

function sealContext(ruleId: string): string {
  return `alert rule ${ruleId}`;
}

function toRule({ sealedWebhookSecret: _, ...rule }: Selectable<Schema['alertRules']>): AlertRule {
  return rule;
}

function toDelivery({ nextAttemptAt: _, ...delivery }: Selectable<Schema['alertDeliveries']>): AlertDelivery {
  return delivery;
}
