import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRateGovernor } from '../../../container/instance/smartlead/rate/create-rate-governor.ts';
import { InMemoryRateGovernor } from '../../../container/instance/smartlead/rate/in-memory-rate-governor.ts';
import type { RateGovernor } from '../../../container/instance/smartlead/rate-governor.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const never = new AbortController().signal;

/** Times, in milliseconds from now, at which each of so many calls may leave; `refused` for those that may not. */
async function departures(
  governor: RateGovernor,
  calls: number,
  patienceMs = 600_000,
  session = '',
): Promise<(number | 'refused')[]> {
  const start = Date.now();
  const left = Array.from({ length: calls }, async () => {
    try {
      await governor.acquire({ deadline: start + patienceMs, signal: never, session });
      return Date.now() - start;
    } catch {
      return 'refused' as const;
    }
  });
  await vi.advanceTimersByTimeAsync(patienceMs);
  return Promise.all(left);
}

function headers(limit: number, remaining: number, resetSeconds: number) {
  const reset = String(Math.floor(Date.now() / 1000) + resetSeconds);
  return { 'x-ratelimit-limit': String(limit), 'x-ratelimit-remaining': String(remaining), 'x-ratelimit-reset': reset };
}

describe('the rate governor', () => {
  it('starts with five a second', async () => {
    expect(await departures(createRateGovernor(undefined), 12)).toEqual([
      0, 0, 0, 0, 0, 1000, 1000, 1000, 1000, 1000, 2000, 2000,
    ]);
  });

  it.each([
    ['10/120', 4, { perSecond: 2, perMinute: 30 }],
    ['1/5', 8, { perSecond: 1, perMinute: 1 }],
    [undefined, 5, { perSecond: 1, perMinute: 10 }],
  ])('keeps to its part of %s where %i processes share the key', (text, processes, part) => {
    expect(createRateGovernor(text, processes).state().limit).toMatchObject({ ...part, learned: false });
  });

  it('keeps to its part of what Smartlead announces, and has no limit where there is none for all', () => {
    const governor = createRateGovernor(undefined, 4);
    governor.observe({ headers: headers(120, 100, 30) });
    // 0.85 of 120, and a twelfth of it a second, for a quarter of the key.
    expect(governor.state().limit).toEqual({ perSecond: 2, perMinute: 25, learned: true });
    expect(createRateGovernor('off', 4).state().limit).toBeUndefined();
  });

  it('refuses at once what would come after its deadline, and says when to come again', async () => {
    const governor = createRateGovernor('1/2');
    expect(await departures(governor, 4, 5_000)).toEqual([0, 1000, 'refused', 'refused']);
    await expect(governor.acquire({ deadline: Date.now() + 1_000, signal: never, session: '' })).rejects.toMatchObject({
      code: 'rate_limit_queue_full',
      retryAfter: 55,
    });
  });

  it('gives the place of a cancelled call to the next', async () => {
    const governor = createRateGovernor('1/100');
    const cancel = new AbortController();
    await governor.acquire({ deadline: Date.now(), signal: never, session: '' });
    const waiting = governor.acquire({ deadline: Date.now() + 9_000, signal: cancel.signal, session: '' });
    expect(governor.state().waiting).toBe(1);
    cancel.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    expect(governor.state().waiting).toBe(0);
    expect(await departures(governor, 1)).toEqual([1000]);
  });

  it('lets sessions take turns: the call of a quiet one does not wait for the many of another', async () => {
    const governor = createRateGovernor('1/1000');
    const loop = departures(governor, 50, 600_000, 'loop');
    const quiet = departures(governor, 2, 600_000, 'quiet');
    expect(await quiet).toEqual([2000, 4000]);
    expect((await loop).slice(0, 4)).toEqual([0, 1000, 3000, 5000]);
  });

  it('refuses waiting calls that others have pushed behind their deadline, at once', async () => {
    const governor = createRateGovernor('1/1000');
    const start = Date.now();
    const first = governor.acquire({ deadline: start, signal: never, session: 'a' });
    const outcomes: string[] = [];
    const wait = (session: string, name: string) =>
      governor.acquire({ deadline: start + 2_000, signal: never, session }).then(
        () => outcomes.push(`${name} at ${Date.now() - start}`),
        () => outcomes.push(`${name} refused at ${Date.now() - start}`),
      );
    const waits = [wait('a', 'a1'), wait('a', 'a2'), wait('b', 'b1')];
    await vi.advanceTimersByTimeAsync(5_000);
    await Promise.all([first, ...waits]);
    expect(outcomes).toEqual(['a2 refused at 0', 'a1 at 1000', 'b1 at 2000']);
  });

  it('takes only so many that wait, of all and of one session', async () => {
    const governor = createRateGovernor('1/1000000');
    const never1 = new AbortController();
    const wait = (session: string) => {
      const promise = governor.acquire({ deadline: Date.now() + 3_600_000, signal: never1.signal, session });
      promise.catch(() => undefined);
      return promise;
    };
    for (let index = 0; index < 257; index += 1) void wait('a');
    expect(governor.state().waiting).toBe(256);
    await expect(wait('a')).rejects.toMatchObject({ code: 'rate_limit_queue_full', retryAfter: 257 });
    for (let index = 0; index < 256; index += 1) void wait(`other ${index}`);
    expect(governor.state().waiting).toBe(512);
    await expect(wait('new')).rejects.toMatchObject({ code: 'rate_limit_queue_full' });
    never1.abort();
    expect(governor.state().waiting).toBe(0);
  });

  it('pauses when Smartlead says so, and for those who wait already too', async () => {
    const governor = createRateGovernor('1/100');
    const waiting = departures(governor, 3);
    governor.observe({ headers: {}, pauseSeconds: 30 });
    expect(governor.state().pausedSeconds).toBe(30);
    expect(await waiting).toEqual([0, 30_000, 31_000]);
  });

  it('refuses those at once whom a pause brings behind their deadline', async () => {
    const governor = createRateGovernor('1/100');
    const waiting = departures(governor, 2, 10_000);
    const start = Date.now();
    governor.observe({ headers: {}, pauseSeconds: 30 });
    expect(governor.state().waiting).toBe(0);
    expect(await waiting).toEqual([0, 'refused']);
    expect(Date.now() - start).toBe(10_000);
  });

  it('never pauses for more than ten minutes, whatever an answer asks for', async () => {
    const patienceMs = 3_600_000;
    const asked = createRateGovernor('1/100');
    asked.observe({ headers: {}, pauseSeconds: 86_400 });
    expect(await departures(asked, 1, patienceMs)).toEqual([600_000]);
    const exhausted = createRateGovernor('1/100');
    exhausted.observe({ headers: headers(1000, 0, 3_000) });
    expect(await departures(exhausted, 1, patienceMs)).toEqual([600_000]);
  });

  it('keeps no call longer than a window when the clock is set back', async () => {
    const governor = createRateGovernor('2/100');
    await departures(governor, 4, 1_000);
    vi.setSystemTime(Date.now() - 3_600_000);
    expect(await departures(governor, 1)).toEqual([1_000]);
  });
});

describe('the rate governor learns', () => {
  const learning = () => new InMemoryRateGovernor({ perSecond: 5, perMinute: 50 }, { learns: true });

  it('the limit of the plan from the headers, and stops when nothing remains', async () => {
    const governor = learning();
    governor.observe({ headers: headers(120, 60, 40) });
    expect(governor.limit).toEqual({ perSecond: 10, perMinute: 102 });
    expect(governor.state()).toMatchObject({ limit: { perMinute: 102, learned: true }, remaining: 60 });
    governor.observe({ headers: headers(120, 0, 40) });
    expect(await departures(governor, 1)).toEqual([40_000]);
  });

  it('what remains for others who use the key, and does not exceed it', async () => {
    const governor = learning();
    governor.observe({ headers: headers(60, 3, 40) });
    expect(await departures(governor, 5)).toEqual([0, 0, 0, 40_000, 40_000]);
  });

  it('the budget of an hour', async () => {
    const governor = learning();
    governor.observe({ headers: headers(100, 90, 1_800) });
    expect(governor.limit).toEqual({ perSecond: 5, perMinute: 50, perHour: 85 });
    const times = await departures(governor, 90, 2 * 3_600_000);
    expect(times[84]).toBeLessThan(600_000);
    expect(times[85]).toBe(3_600_000);
  });

  it('no limit of an hour that is below what every plan allows in a minute: one stray answer must not stop an instance', async () => {
    const governor = learning();
    governor.observe({ headers: headers(10, 9, 1_800) });
    expect(governor.limit).toEqual({ perSecond: 5, perMinute: 50 });
  });

  it('that a limit taken for the minute’s was the hour’s', () => {
    const governor = learning();
    governor.observe({ headers: headers(1000, 40, 30) });
    expect(governor.limit.perMinute).toBe(850);
    governor.observe({ headers: headers(1000, 999, 3_500) });
    expect(governor.limit).toEqual({ perSecond: 5, perMinute: 50, perHour: 850 });
    governor.observe({ headers: headers(1000, 40, 30) });
    expect(governor.limit.perMinute).toBe(50);
  });

  it('nothing where the limit was set by hand, or the headers make no sense', () => {
    const fixed = new InMemoryRateGovernor({ perSecond: 3, perMinute: 30 }, { learns: false });
    fixed.observe({ headers: headers(120, 100, 30) });
    expect(fixed.limit).toEqual({ perSecond: 3, perMinute: 30 });
    expect(fixed.state().limit?.learned).toBe(false);
    const governor = learning();
    for (const limit of ['', 'many', '-5', '0', 'NaN'])
      governor.observe({ headers: { ...headers(1, 1, 30), 'x-ratelimit-limit': limit, 'x-ratelimit-remaining': '' } });
    expect(governor.limit).toEqual({ perSecond: 5, perMinute: 50 });
  });

  it('nothing at all when it is off', async () => {
    const governor = createRateGovernor('off');
    governor.observe({ headers: headers(60, 0, 30), pauseSeconds: 60 });
    expect(await departures(governor, 500)).toEqual(Array(500).fill(0));
  });
});

describe('whatever happens, the rate governor', () => {
  /** One thing that happens: calls that come, one that is cancelled, a pause, or time that passes. */
  const happening = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('call' as const), session: fc.nat(3), patienceMs: fc.nat(200_000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(100) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause' as const), seconds: fc.nat(20) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('time' as const), milliseconds: fc.nat(5_000) }) },
  );

  it('never exceeds a window, settles every call exactly once and in time, and keeps the order within a session', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 25 }),
        fc.array(happening, { maxLength: 80 }),
        async (perSecond, perMinute, happenings) => {
          const governor = new InMemoryRateGovernor({ perSecond, perMinute }, { learns: false });
          const granted: { session: string; number: number; at: number }[] = [];
          const calls: { cancel: AbortController; settled: number }[] = [];
          let pausedUntil = 0;
          for (const event of happenings) {
            const now = Date.now();
            if (event.kind === 'time') await vi.advanceTimersByTimeAsync(event.milliseconds);
            else if (event.kind === 'cancel') calls[event.which % Math.max(1, calls.length)]?.cancel.abort();
            else if (event.kind === 'pause') {
              governor.observe({ headers: {}, pauseSeconds: event.seconds });
              pausedUntil = Math.max(pausedUntil, now + event.seconds * 1000);
            } else {
              const call = { cancel: new AbortController(), settled: 0 };
              const number = calls.push(call);
              const deadline = now + event.patienceMs;
              const session = String(event.session);
              governor.acquire({ deadline, signal: call.cancel.signal, session }).then(
                () => {
                  call.settled += 1;
                  granted.push({ session, number, at: Date.now() });
                  expect(Date.now()).toBeLessThanOrEqual(deadline);
                  expect(Date.now()).toBeGreaterThanOrEqual(Math.min(pausedUntil, Date.now()));
                },
                () => {
                  call.settled += 1;
                },
              );
            }
            await Promise.resolve();
          }
          await vi.advanceTimersByTimeAsync(400_000);
          for (const { settled } of calls) expect(settled).toBe(1);
          expect(governor.state().waiting).toBe(0);
          expect(vi.getTimerCount()).toBe(0);
          for (const [index, { at }] of granted.entries()) {
            const bySecond = granted[index + perSecond];
            const byMinute = granted[index + perMinute];
            if (bySecond !== undefined) expect(bySecond.at - at).toBeGreaterThanOrEqual(1_000);
            if (byMinute !== undefined) expect(byMinute.at - at).toBeGreaterThanOrEqual(60_000);
          }
          for (const session of ['0', '1', '2', '3']) {
            const numbers = granted.filter((call) => call.session === session).map(({ number }) => number);
            expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('starves nobody: who waits with patience gets a turn within one round of the sessions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 40 }), async (sessions, loopCalls) => {
        const governor = new InMemoryRateGovernor({ perSecond: 1, perMinute: 1_000 }, { learns: false });
        const loops = Array.from({ length: sessions }, (_, index) => departures(governor, loopCalls, 400_000, `loop ${index}`));
        const [late] = await departures(governor, 1, 400_000, 'late');
        expect(late).toBeLessThanOrEqual((sessions + 1) * 1_000);
        for (const times of await Promise.all(loops)) expect(times).not.toContain('refused');
      }),
      { numRuns: 25 },
    );
  });
});
