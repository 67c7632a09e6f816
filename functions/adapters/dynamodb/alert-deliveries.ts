import type { AlertDelivery, AlertStore } from '../../ports.ts';
import { readBatch } from './batch-get.ts';
import { writeAll } from './batch-write.ts';
import { type AlertDeliveryEntity, type AlertDeliveryItem, dueKey, toAlertDelivery } from './entities/alert.ts';
import { requested } from './request.ts';
import { untilUndisturbed } from './undisturbed.ts';

/** Messages that are looked at in one read, and reads of one request: more wait for the next request. */
const portionSize = 200;
const mostPortions = 10;

/** The messages about alerts: whose turn it is, and how sending them ended. */
export class AlertDeliveries {
  readonly #deliveries: AlertDeliveryEntity;

  constructor(deliveries: AlertDeliveryEntity) {
    this.#deliveries = deliveries;
  }

  async read(deliveryIds: readonly string[]): Promise<Map<string, AlertDelivery>> {
    const keys = deliveryIds.map((id) => ({ id }));
    const items = await readBatch(keys, (batch) => this.#deliveries.get(batch).go({ consistent: true }));
    return new Map(items.map((item) => [item.id, toAlertDelivery(item)]));
  }

  async delete(deliveryIds: readonly string[]): Promise<void> {
    await writeAll(
      deliveryIds.map((id) => ({ id })),
      idOf,
      (gone) => this.#deliveries.delete(gone).go(),
    );
  }

  /** Takes messages as {@link AlertStore.claimDue} says; the index names candidates, and a condition decides who gets each. */
  async claim({ now, leaseUntil, limit, except = [] }: Parameters<AlertStore['claimDue']>[0]): Promise<AlertDeliveryItem[]> {
    const claimed: AlertDeliveryItem[] = [];
    let cursor: string | null = null;
    for (let portions = 0; portions < mostPortions; portions += 1) {
      const portion: { data: AlertDeliveryItem[]; cursor: string | null } = await requested(() =>
        this.#deliveries.query.byTurn(dueKey).lte({ nextAttemptAt: now }).go({ limit: portionSize, cursor }),
      );
      const candidates = portion.data.filter(({ workspaceId }) => !except.includes(workspaceId));
      while (candidates.length > 0 && claimed.length < limit) {
        const tried = candidates.splice(0, limit - claimed.length);
        const outcomes = await Promise.all(tried.map((candidate) => this.#claimOne(candidate, now, leaseUntil)));
        claimed.push(...outcomes.filter((outcome) => outcome !== undefined));
      }
      cursor = portion.cursor;
      if (cursor === null || claimed.length === limit) break;
    }
    return claimed;
  }

  /** Nothing where there is no such message any more. */
  async settle(deliveryId: string, { status, at, lastError, nextAttemptAt }: Parameters<AlertStore['settle']>[1]): Promise<void> {
    await untilUndisturbed(async () => {
      const { data: present } = await requested(() => this.#deliveries.get({ id: deliveryId }).go({ consistent: true }));
      if (present === null) return { value: undefined };
      const { due: _due, nextAttemptAt: _next, lastError: _last, ...rest } = present;
      const settled = {
        ...{ ...rest, status, at },
        ...(lastError === null ? {} : { lastError }),
        ...(nextAttemptAt === undefined ? {} : { nextAttemptAt, ...dueKey }),
      };
      return (await this.#replace(present, settled)) ? { value: undefined } : undefined;
    });
  }

  async #claimOne(seen: AlertDeliveryItem, now: string, leaseUntil: string): Promise<AlertDeliveryItem | undefined> {
    const claimed = { ...seen, attempts: seen.attempts + 1, at: now, nextAttemptAt: leaseUntil };
    return (await this.#replace(seen, claimed)) ? claimed : undefined;
  }

  /** Stores the message in place of the one that was seen, if that is still there. Answers whether it was. */
  async #replace(seen: AlertDeliveryItem, item: AlertDeliveryItem): Promise<boolean> {
    const { rejected } = await requested(() =>
      this.#deliveries
        .put(item)
        .where((present, { eq, notExists }) => {
          const { nextAttemptAt: turn } = seen;
          const sameTurn = turn === undefined ? notExists(present.nextAttemptAt) : eq(present.nextAttemptAt, turn);
          return `${eq(present.attempts, seen.attempts)} AND ${eq(present.status, seen.status)} AND ${sameTurn}`;
        })
        .go({ response: 'none', returnOnConditionCheckFailure: true }),
    );
    return !rejected;
  }
}

export function idOf({ id }: { id: string }): string {
  return id;
}
