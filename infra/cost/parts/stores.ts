import { hoursOfMonth } from '../load.ts';
import type { PriceName } from '../prices.ts';
import type { Item, Situation } from '../situation.ts';

const databaseClasses: Readonly<Record<string, PriceName>> = {
  't4g.micro': 'databaseMicro',
  't4g.small': 'databaseSmall',
  't4g.medium': 'databaseMedium',
};
const cacheNodes: Readonly<Record<string, PriceName>> = { 't4g.micro': 'cacheMicro', 't4g.small': 'cacheSmall' };

/** There is no price for what the settings ask for. */
export class UnpricedSettingError extends Error {
  override readonly name = 'UnpricedSettingError';

  constructor(setting: string, value: string, priced: readonly string[]) {
    super(`There is no price for ${setting} ${value}; add it to infra/cost/prices.ts. There are: ${priced.join(', ')}.`);
  }
}

/** Valkey. Its traffic between zones is free. */
export function cache({ settings }: Situation): Item[] {
  const price = priceOf('cacheNodeType', settings.cacheNodeType, cacheNodes);
  return [{ part: 'cache', what: 'nodes', price, quantity: settings.cacheNodes * hoursOfMonth }];
}

/** PostgreSQL of billing. Backups up to its own size, and a week of Performance Insights, are free. */
export function database({ settings }: Situation): Item[] {
  const factor = settings.databaseMultiAz ? 2 : 1;
  const price = priceOf('databaseInstanceClass', settings.databaseInstanceClass, databaseClasses);
  const { databaseStorageGibibytes: gigabytes } = settings;
  return [
    { part: 'database', what: 'instance', price, quantity: hoursOfMonth, factor },
    { part: 'database', what: 'storage', price: 'databaseStorage', quantity: gigabytes, factor },
  ];
}

function priceOf(setting: string, value: string, priced: Readonly<Record<string, PriceName>>): PriceName {
  const price = priced[value];
  if (price === undefined) throw new UnpricedSettingError(setting, value, Object.keys(priced));
  return price;
}
