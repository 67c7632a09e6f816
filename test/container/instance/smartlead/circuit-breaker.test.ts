import { describe, expect, it } from 'vitest';
import { CircuitBreaker } from '../../../../container/instance/smartlead/circuit-breaker.ts';

function breakerWithClock() {
  const clock = { now: 0 };
  return { clock, breaker: new CircuitBreaker(() => clock.now) };
}

function fail(breaker: CircuitBreaker, times: number) {
  for (let index = 0; index < times; index += 1) breaker.settle(breaker.enter(), 'down');
}

describe('the circuit breaker of a host', () => {
  it('lets everything through until eight requests in a row have failed', () => {
    const { breaker } = breakerWithClock();
    fail(breaker, 7);
    breaker.settle(breaker.enter(), 'answered');
    fail(breaker, 7);
    expect(() => breaker.check()).not.toThrow();
    fail(breaker, 1);
    expect(() => breaker.check()).toThrow(
      expect.objectContaining({ code: 'smartlead_unavailable', retryAfter: 5, requestLeft: false }),
    );
  });

  it('lets one probe through after the pause, and all after its success', () => {
    const { breaker, clock } = breakerWithClock();
    fail(breaker, 8);
    clock.now = 5_000;
    const probe = breaker.enter();
    expect(() => breaker.enter()).toThrow();
    breaker.settle(probe, 'answered');
    expect(breaker.enter()).toBe(false);
    expect(breaker.enter()).toBe(false);
  });

  it('doubles the pause with each probe that fails, up to a minute', () => {
    const { breaker, clock } = breakerWithClock();
    fail(breaker, 8);
    for (const pause of [5, 10, 20, 40, 60, 60]) {
      expect(() => breaker.check()).toThrow(expect.objectContaining({ retryAfter: pause }));
      clock.now += pause * 1_000;
      fail(breaker, 1);
    }
  });

  it('lets another probe through when one ended without telling anything', () => {
    const { breaker, clock } = breakerWithClock();
    fail(breaker, 8);
    clock.now = 5_000;
    breaker.settle(breaker.enter(), 'untold');
    expect(breaker.enter()).toBe(true);
  });

  it('is not impressed by requests that were under way when it opened', () => {
    const { breaker, clock } = breakerWithClock();
    const underWay = Array.from({ length: 20 }, () => breaker.enter());
    for (const probe of underWay) breaker.settle(probe, 'down');
    clock.now = 5_000;
    expect(breaker.enter()).toBe(true);
  });
});
