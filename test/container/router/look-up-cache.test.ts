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

/** A source that fails as often as it is told to, and hangs after it where it should. */
function failingCache(failures: number, timeoutMs: number, then: 'answers' | 'hangs') {
  let left = failures;
  return new LookUpCache<string>({
    load: async (key) => {
      if (left > 0) {
        left -= 1;
        throw new Error('the source is away');
      }
      return then === 'hangs' ? new Promise(() => {}) : key;
    },
    ...{ maxAgeMs: 0, timeoutMs, graceMs: 60_000, maxPresent: 100, maxAbsent: 100, maxLoads: 100 },
  });
}

it('who waits in vain is told what the source failed with', async () => {
  const failure = await Promise.resolve(failingCache(1, 400, 'hangs').get('a')).catch((error: unknown) => error);
  expect(failure).toMatchObject({ message: 'the look-up took too long', cause: { message: 'the source is away' } });
});

it('who waits for a key that is forgotten meanwhile gets what the source says then', async () => {
  const cache = failingCache(2, 5_000, 'answers');
  const waiting = cache.get('a');
  cache.forget('a');
  expect(await waiting).toBe('a');
});

it('forgets everything at once', async () => {
  const cache = slowCache({ maxLoads: 100, maxLoadsPerGroup: 100 }).cache;
  await Promise.all([cache.get('a'), cache.get('b')]);
  expect(cache.size).toBe(2);
  cache.clear();
  expect(cache.size).toBe(0);
});
