import { beforeEach, expect, it } from 'vitest';
import { UsedStates } from '../../../../container/instance/protocol/modern/used-states.ts';

let now: number;
let used: UsedStates;
beforeEach(() => {
  now = 1_000_000;
  used = new UsedStates(600_000, () => now);
});

it('a state is unused once', () => {
  expect([used.use('a', now), used.use('a', now), used.use('b', now)]).toEqual([true, false, true]);
  now += 599_999;
  expect(used.use('a', 1_000_000)).toBe(false);
});

it('what has expired is forgotten', () => {
  for (let index = 0; index < 500; index += 1) used.use(`${index}`, now);
  now += 600_000;
  expect(used.use('next', now)).toBe(true);
  expect(used.size).toBe(1);
});

it('however many are used, the memory is bounded and none can be used again', () => {
  const states = Array.from({ length: 2_500 }, (_, index) => ({ id: `${index}`, askedAt: now + index }));
  for (const { id, askedAt } of states) {
    now = askedAt;
    expect(used.use(id, askedAt)).toBe(true);
  }
  expect(used.size).toBeLessThanOrEqual(1_000);
  expect(states.filter(({ id, askedAt }) => used.use(id, askedAt))).toEqual([]);
});
