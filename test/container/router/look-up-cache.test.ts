import { expect, it } from 'vitest';
import { LookUpCache, TooManyLookUps } from '../../../container/router/look-up-cache.ts';

function slowCache(limits: { maxLoads: number; maxLoadsPerGroup: number }) {
  const waiting: ((value: string | undefined) => void)[] = [];
  let isSlow = false;
  const cache = new LookUpCache<string>({
    load: async (key) => (isSlow ? new Promise((resolve) => waiting.push(resolve)) : key),
    ...{ maxAgeMs: 0, timeoutMs: 5_000, graceMs: 60_000, maxPresent: 100, maxAbsent: 100, ...limits },
  });
  return {
    cache,
    slowDown: () => {
      isSlow = true;
    },
    answerAll: () => {
      for (const answer of waiting.splice(0)) answer('found');
    },
  };
}

it.each([
  ['for one instance', { maxLoads: 100, maxLoadsPerGroup: 2 }, 'a'],
  ['for all instances', { maxLoads: 2, maxLoadsPerGroup: 100 }, 'b'],
])('keys that are made up use up the look-ups %s, but what is known is still looked up', async (_scope, limits, group) => {
  const { cache, slowDown, answerAll } = slowCache(limits);
  expect(await cache.get('known', 'a')).toBe('known');
  slowDown();
  const madeUp = [cache.get('made-up-1', group), cache.get('made-up-2', group)];
  expect(() => cache.get('made-up-3', group)).toThrow(TooManyLookUps);
  const known = cache.get('known', 'a');
  answerAll();
  expect(await known).toBe('found');
  await Promise.all(madeUp);
  // The room is there again.
  const later = [cache.get('made-up-4', group), cache.get('made-up-5', group)];
  expect(() => cache.get('made-up-6', group)).toThrow(TooManyLookUps);
  answerAll();
  await Promise.all(later);
});
