import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createRateGovernor,
  type RateGovernor,
  WindowRateGovernor,
} from '../../../container/instance/smartlead/rate-governor.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const never = new AbortController().signal;

/** Times, in milliseconds from now, at which each of so many calls may leave; `refused` for those that may not. */
async function departures(governor: RateGovernor, calls: number, patienceMs = 600_000): Promise<(number | 'refused')[]> {
  const start = Date.now();
  const left = Array.from({ length: calls }, async () => {
    try {
      await governor.acquire({ deadline: start + patienceMs, signal: never });
      return Date.now() - start;
    } catch {
      return 'refused' as const;
    }
  });
  await vi.advanceTimersByTimeAsync(patienceMs);
  return Promise.all(left);
}

describe('the rate governor', () => {
  it('starts with five a second', async () => {
    expect(await departures(createRateGovernor(undefined), 12)).toEqual([
      0, 0, 0, 0, 0, 1000, 1000, 1000, 1000, 1000, 2000, 2000,
    ]);
  });

  it('never lets more go in a second or a minute than it may, and keeps the order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 60 }),
        async (perSecond, perMinute, calls) => {
          const times = await departures(new WindowRateGovernor({ perSecond, perMinute }, { learns: false }), calls, 3_600_000);
          for (const [index, time] of times.entries()) {
            const bySecond = times[index - perSecond];
            const byMinute = times[index - perMinute];
            if (bySecond !== undefined) expect(Number(time) - Number(bySecond)).toBeGreaterThanOrEqual(1_000);
            if (byMinute !== undefined) expect(Number(time) - Number(byMinute)).toBeGreaterThanOrEqual(60_000);
            expect(Number(time)).toBeGreaterThanOrEqual(Number(times[index - 1] ?? 0));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('refuses at once what would come after its deadline, and says when to come again', async () => {
    const governor = createRateGovernor('1/2');
    expect(await departures(governor, 4, 5_000)).toEqual([0, 1000, 'refused', 'refused']);
    await expect(governor.acquire({ deadline: Date.now() + 1_000, signal: never })).rejects.toMatchObject({
      code: 'rate_limit_queue_full',
      retryAfter: 55,
    });
  });

  it('gives the place of a cancelled call to the next', async () => {
    const governor = createRateGovernor('1/100');
    const cancel = new AbortController();
    await governor.acquire({ deadline: Date.now(), signal: never });
    const waiting = governor.acquire({ deadline: Date.now() + 9_000, signal: cancel.signal });
    expect(governor.waiting).toBe(1);
    cancel.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    expect(governor.waiting).toBe(0);
    expect(await departures(governor, 1)).toEqual([1000]);
  });

  it('pauses when Smartlead says so, and for those who wait already too', async () => {
    const governor = createRateGovernor('1/100');
    const waiting = departures(governor, 3);
    governor.observe({ headers: {}, pauseSeconds: 30 });
    expect(await waiting).toEqual([0, 30_000, 31_000]);
  });

  it('never pauses for more than ten minutes, whatever an answer asks for', async () => {
    const patienceMs = 3_600_000;
    const asked = createRateGovernor('1/100');
    asked.observe({ headers: {}, pauseSeconds: 86_400 });
    expect(await departures(asked, 1, patienceMs)).toEqual([600_000]);
    const exhausted = createRateGovernor('1/100');
    const reset = String(Math.floor(Date.now() / 1000) + 3_000);
    exhausted.observe({ headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset } });
    expect(await departures(exhausted, 1, patienceMs)).toEqual([600_000]);
  });

  it('learns the limit of the plan from the headers, and stops when nothing remains', async () => {
    const governor = new WindowRateGovernor({ perSecond: 5, perMinute: 50 }, { learns: true });
    const reset = String(Math.floor(Date.now() / 1000) + 40);
    governor.observe({ headers: { 'x-ratelimit-limit': '120', 'x-ratelimit-remaining': '60', 'x-ratelimit-reset': reset } });
    expect(governor.limit).toEqual({ perSecond: 10, perMinute: 102 });
    governor.observe({ headers: { 'x-ratelimit-limit': '120', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset } });
    expect(await departures(governor, 1)).toEqual([40_000]);
  });

  it('keeps a limit that was set by hand, and ignores headers that make no sense', () => {
    const fixed = new WindowRateGovernor({ perSecond: 3, perMinute: 30 }, { learns: false });
    const reset = String(Date.now() / 1000 + 30);
    fixed.observe({ headers: { 'x-ratelimit-limit': '120', 'x-ratelimit-reset': reset } });
    expect(fixed.limit).toEqual({ perSecond: 3, perMinute: 30 });
    const learning = new WindowRateGovernor({ perSecond: 5, perMinute: 50 }, { learns: true });
    for (const limit of ['', 'many', '-5', '0', 'NaN'])
      learning.observe({ headers: { 'x-ratelimit-limit': limit, 'x-ratelimit-reset': reset } });
    expect(learning.limit).toEqual({ perSecond: 5, perMinute: 50 });
  });

  it('can be turned off', async () => {
    expect(await departures(createRateGovernor('off'), 500)).toEqual(Array(500).fill(0));
  });
});
