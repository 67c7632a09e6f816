import { type CustomerGroup, loadOf } from './load.ts';
import { instances, services, warmPool } from './parts/compute.ts';
import { frontDoor } from './parts/front-door.ts';
import { api, lifecycle } from './parts/functions.ts';
import { logs } from './parts/logs.ts';
import { messages } from './parts/messages.ts';
import { network } from './parts/network.ts';
import { secrets } from './parts/secrets.ts';
import { cache, database } from './parts/stores.ts';
import { table } from './parts/table.ts';
import { prices } from './prices.ts';
import { type Item, type Part, parts, type Situation } from './situation.ts';

/** What is paid for something in a month, in US dollars. */
export interface Line extends Item {
  usd: number;
}

export interface Bill {
  lines: Line[];
  byPart: Record<Part, number>;
  total: number;
}

/** What a month costs: each part by list prices, without tax, support and savings plans. Pure. */
export function monthlyBill(situation: Situation): Bill {
  return billOf(itemsOf(situation), situation);
}

/**
 * What another customer of this kind costs beyond what there is: what a hundred more would cost, divided. What comes in steps (routers,
 * tasks that wait) is so spread. Users are paid for here, as they are once the first ten thousand are there.
 * @param groups Those who are there already.
 */
export function costOfOneMore(
  situation: Omit<Situation, 'load'>,
  groups: readonly CustomerGroup[],
  customer: Omit<CustomerGroup, 'count'>,
): Bill {
  const more = 100;
  const paid = { ...situation, usersWithoutCharge: 0 };
  const before = itemsOf({ ...paid, load: loadOf(groups) });
  const after = itemsOf({ ...paid, load: loadOf([...groups, { ...customer, count: more }]) });
  const quantities = new Map(before.map((item) => [nameOf(item), item.quantity]));
  const added = after.map((item) => ({ ...item, quantity: (item.quantity - (quantities.get(nameOf(item)) ?? 0)) / more }));
  return billOf(added, situation);
}

function itemsOf(situation: Situation): Item[] {
  return [
    instances,
    warmPool,
    services,
    table,
    lifecycle,
    api,
    secrets,
    messages,
    logs,
    network,
    frontDoor,
    cache,
    database,
  ].flatMap((part) => part(situation));
}

function billOf(items: readonly Item[], { region }: Pick<Situation, 'region'>): Bill {
  const lines = items.map(
    (item): Line => ({ ...item, usd: item.quantity * prices[item.price].usd[region] * (item.factor ?? 1) }),
  );
  const byPart = Object.fromEntries(parts.map((part) => [part, sum(lines.filter((line) => line.part === part))])) as Record<
    Part,
    number
  >;
  return { lines, byPart, total: sum(lines) };
}

function nameOf({ part, what, price }: Item): string {
  return `${part}/${what}/${price}`;
}

function sum(lines: readonly Line[]): number {
  return lines.reduce((total, { usd }) => total + usd, 0);
}
