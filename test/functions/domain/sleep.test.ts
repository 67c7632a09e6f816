import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isIdle, sleepAfter } from '../../../functions/domain/sleep.ts';

it.each([
  [900, undefined, 900],
  [900, { neverSleeps: false }, 900],
  [900, { neverSleeps: true }, null],
  [null, undefined, null],
  [null, { neverSleeps: false }, null],
])('%s seconds with a plan of %j come to %s', (sleepAfterSeconds, plan, expected) => {
  expect(sleepAfter({ sleepAfterSeconds }, plan)).toBe(expected);
});

const times = fc.record({
  now: fc.nat(1_000_000),
  upSince: fc.nat(1_000_000),
  afterSeconds: fc.integer({ min: 5, max: 900 }),
});
const lastRequest = fc.option(fc.nat(1_000_000), { nil: undefined });

it('an instance with a request in flight, or that never sleeps, is never idle', () => {
  fc.assert(
    fc.property(times, lastRequest, fc.integer({ min: 1, max: 9 }), (when, lastRequestAt, requestsInFlight) => {
      expect(isIdle({ lastRequestAt, requestsInFlight }, when)).toBe(false);
      expect(isIdle({ lastRequestAt, requestsInFlight: 0 }, { ...when, afterSeconds: null })).toBe(false);
    }),
  );
});

it('an idle instance had neither a call nor a start within its idle time', () => {
  fc.assert(
    fc.property(times, lastRequest, (when, lastRequestAt) => {
      const isRest = [when.upSince, lastRequestAt ?? when.upSince].every((time) => when.now - time >= when.afterSeconds * 1000);
      expect(isIdle({ lastRequestAt, requestsInFlight: 0 }, when)).toBe(isRest);
    }),
  );
});
