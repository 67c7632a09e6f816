import { createWriteTransaction, type EntityItem } from 'electrodb';
import { refuseBeyond, workspaceAlertRules } from '../../domain/quotas.ts';
import type { AlertRule, Page, PageRequest } from '../../ports.ts';
import { readBatch } from './batch-get.ts';
import {
  type AlertRuleEntity,
  type AlertRuleItem,
  type AlertRuleListEntity,
  createAlertRuleListEntity,
  toAlertRule,
  watchedKey,
  withWatch,
} from './entities/alert-rule.ts';
import { type Position, readPage } from './page.ts';
import { requested } from './request.ts';
import type { PlatformTable } from './table.ts';
import { writeTogether } from './transaction.ts';
import { untilUndisturbed } from './undisturbed.ts';

type AlertRuleEntities = { rule: AlertRuleEntity; list: AlertRuleListEntity };
type AlertRuleEntitiesInTransaction = Parameters<Parameters<typeof createWriteTransaction<AlertRuleEntities, unknown, []>>[1]>[0];
type AlertRuleListItem = EntityItem<AlertRuleListEntity>;

/** The items of alert rules, and the list of those of each workspace. */
export class AlertRules {
  readonly #entities: AlertRuleEntities;

  constructor(table: PlatformTable, rule: AlertRuleEntity) {
    this.#entities = { rule, list: createAlertRuleListEntity(table) };
  }

  create(item: AlertRuleItem, limit = Number.POSITIVE_INFINITY): Promise<void> {
    return untilUndisturbed(async () => {
      const list = await this.#findList(item.workspaceId);
      refuseBeyond(limit, list.ruleIds.length, workspaceAlertRules);
      const outcome = await writeTogether(() =>
        createWriteTransaction(this.#entities, (entities) => [
          entities.rule.create(withWatch(item)).commit(),
          this.#putList(entities, list, [...list.ruleIds, item.id]),
        ]),
      );
      if (outcome.written) return { value: undefined };
      if (outcome.refused[0]) throw new Error(`There is an alert rule ${item.id} already.`);
      return undefined;
    });
  }

  async find(ruleId: string): Promise<AlertRuleItem | undefined> {
    const { data } = await requested(() => this.#entities.rule.get({ id: ruleId }).go({ consistent: true }));
    return data ?? undefined;
  }

  /** In no order; those that do not exist are left out. */
  findAll(ruleIds: readonly string[]): Promise<AlertRuleItem[]> {
    const keys = [...new Set(ruleIds)].map((id) => ({ id }));
    return readBatch(keys, (batch) => this.#entities.rule.get(batch).go({ consistent: true }));
  }

  async idsOf(workspaceId: string): Promise<Set<string>> {
    return new Set((await this.#findList(workspaceId)).ruleIds);
  }

  /** A workspace has some dozens at most, so all are read for a page. */
  list(workspaceId: string, page: PageRequest): Promise<Page<AlertRule>> {
    return readPage(
      page,
      (rule) => rule.createdAt,
      async (after, count) => {
        const rules = (await this.findAll([...(await this.idsOf(workspaceId))])).map(toAlertRule);
        const left = rules.filter((rule) => after === undefined || isOlder(rule, after));
        return left.sort((one, other) => (isOlder(one, { time: other.createdAt, id: other.id }) ? 1 : -1)).slice(0, count);
      },
    );
  }

  listWatched(page: PageRequest): Promise<Page<AlertRule>> {
    return readPage(
      page,
      (rule) => rule.createdAt,
      async (after, count) => {
        const all = this.#entities.rule.query.watched(watchedKey);
        const asked = after === undefined ? all : all.lt({ createdAt: after.time, id: after.id });
        const { data } = await requested(() => asked.go({ order: 'desc', limit: count, count }));
        return data.map(toAlertRule);
      },
    );
  }

  /** Changes a rule if it is in the workspace. `undefined` where it is not. */
  change(
    workspaceId: string,
    ruleId: string,
    change: (present: AlertRuleItem) => AlertRuleItem,
  ): Promise<AlertRuleItem | undefined> {
    return untilUndisturbed(async () => {
      const present = await this.find(ruleId);
      if (present?.workspaceId !== workspaceId) return { value: undefined };
      const item = this.next(change(present));
      const { rejected } = await requested(() =>
        this.#entities.rule
          .put(item)
          .where(({ revision }, { eq }) => eq(revision, present.revision))
          .go({ response: 'none', returnOnConditionCheckFailure: true }),
      );
      return rejected ? undefined : { value: item };
    });
  }

  /** Answers whether there was one in the workspace. */
  delete(workspaceId: string, ruleId: string): Promise<boolean> {
    return untilUndisturbed(async () => {
      const present = await this.find(ruleId);
      if (present?.workspaceId !== workspaceId) return { value: false };
      const list = await this.#findList(workspaceId);
      const left = list.ruleIds.filter((id) => id !== ruleId);
      const { written } = await writeTogether(() =>
        createWriteTransaction(this.#entities, (entities) => [
          entities.rule
            .delete({ id: ruleId })
            .where(({ revision }, { eq }) => eq(revision, present.revision))
            .commit(),
          this.#putList(entities, list, left),
        ]),
      );
      return written ? { value: true } : undefined;
    });
  }

  /** The item as it is to be stored after a change. */
  next(item: AlertRuleItem): AlertRuleItem {
    return withWatch({ ...item, revision: item.revision + 1 });
  }

  async #findList(workspaceId: string): Promise<AlertRuleListItem> {
    const { data } = await requested(() => this.#entities.list.get({ workspaceId }).go({ consistent: true }));
    return data ?? { workspaceId, ruleIds: [], revision: 0 };
  }

  /** Stores another list in place of the one that was read, if nobody else has. */
  #putList({ list }: AlertRuleEntitiesInTransaction, { workspaceId, revision: present }: AlertRuleListItem, ruleIds: string[]) {
    return list
      .put({ workspaceId, ruleIds, revision: present + 1 })
      .where(({ revision }, { eq, notExists }) => (present === 0 ? notExists(revision) : eq(revision, present)))
      .commit();
  }
}

function isOlder(rule: AlertRule, { time, id }: Position): boolean {
  return rule.createdAt === time ? rule.id < id : rule.createdAt < time;
}
