import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  activityAliveMs,
  activityKeptMs,
  type DoorActivity,
  longGoneRouters,
  sumActivity,
  writeActivity,
} from '../../core/door-activity.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const activity = (values: Partial<DoorActivity> = {}): DoorActivity => ({
  lastRequestAt: undefined,
  requestsInFlight: 0,
  streams: 0,
  ...values,
});

it('adds what is under way, and takes the latest request', () => {
  const written = [
    writeActivity('one', activity({ lastRequestAt: 1_000, requestsInFlight: 2, streams: 3 }), now),
    writeActivity('two', activity({ lastRequestAt: 5_000, requestsInFlight: 1 }), now),
    writeActivity('three', activity(), now),
  ];
  expect(sumActivity(written, now)).toEqual({ lastRequestAt: 5_000, requestsInFlight: 3, streams: 3 });
  expect(sumActivity(written, now, 'two')).toEqual({ lastRequestAt: 1_000, requestsInFlight: 2, streams: 3 });
  expect(sumActivity([], now)).toEqual(activity());
});

it('counts nothing as under way at a router that writes no more, but remembers its last request', () => {
  const busy = activity({ lastRequestAt: 7_000, requestsInFlight: 4, streams: 4 });
  expect(sumActivity([writeActivity('one', busy, now - activityAliveMs)], now)).toEqual(busy);
  expect(sumActivity([writeActivity('one', busy, now - activityAliveMs - 1)], now)).toEqual(activity({ lastRequestAt: 7_000 }));
});

it('names routers whose text says nothing any more', () => {
  const written = [writeActivity('old', activity(), now - activityKeptMs - 1), writeActivity('new', activity(), now)];
  expect(longGoneRouters(written, now)).toEqual(['old']);
});

it('refuses what no router wrote', () => {
  for (const text of ['', 'null', '{}', '{"routerId":"one","at":"now"}']) expect(() => sumActivity([text], now)).toThrow();
});

it('is the same in whatever order routers wrote', () => {
  const one = fc.record({
    lastRequestAt: fc.option(fc.nat(), { nil: undefined }),
    requestsInFlight: fc.nat(100),
    streams: fc.nat(100),
  });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 6 }), fc.array(fc.nat(20_000)), (activities, ages) => {
      const written = activities.map((each, index) => writeActivity(`r${index}`, each, now - (ages[index] ?? 0)));
      expect(sumActivity(written, now)).toEqual(sumActivity(written.toReversed(), now));
    }),
  );
});
