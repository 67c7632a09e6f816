import { describe, expect, it } from 'vitest';
import { priceSources } from '../../../infra/cost/price-sources.ts';
import { type Price, type PriceName, pricedRegions, prices } from '../../../infra/cost/prices.ts';

const all = Object.entries(prices) as [PriceName, Price][];
const day = /^20\d\d-(0\d|1[0-2])-([0-2]\d|3[01])$/;

describe('the list of prices', () => {
  it.each(all)('%s has an amount, a unit, a source and its dates in each region', (_, price) => {
    expect(price.unit).not.toBe('');
    for (const region of pricedRegions) {
      expect(price.usd[region]).toBeGreaterThan(0);
      const source = priceSources[price.source[region]];
      expect(new URL(source.url).protocol).toBe('https:');
      expect(source.stated).toMatch(day);
      expect(source.read).toMatch(day);
      expect(source.stated <= source.read).toBe(true);
    }
  });

  it('says of each price that was not found or was worked out why it is what it is', () => {
    for (const source of Object.values(priceSources)) {
      if (source.kind === 'memory' || source.kind === 'derived') expect(source).toHaveProperty('note');
    }
  });

  it('has no source that nothing uses', () => {
    const used = new Set(all.flatMap(([, { source }]) => Object.values(source)));
    expect(Object.keys(priceSources).filter((name) => !used.has(name as keyof typeof priceSources))).toEqual([]);
  });

  it('takes the prices that decide the bill from the price list or from a bill', () => {
    const decisive: PriceName[] = [
      'fargateProcessor',
      'fargateMemory',
      'tableRead',
      'tableWrite',
      'natGateway',
      'interfaceEndpoint',
    ];
    for (const name of decisive) {
      for (const region of pricedRegions) expect(priceSources[prices[name].source[region]].kind).toBe('price list');
    }
  });
});
