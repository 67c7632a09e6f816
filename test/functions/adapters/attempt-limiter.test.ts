import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryAttemptLimiter } from '../../../functions/adapters/attempt-limiter.ts';

describe('attempt limiter', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('refuses after the allowed attempts and says how long to wait', async () => {
    const limiter = new MemoryAttemptLimiter({ attempts: 2, windowSeconds: 60 });
    expect(await limiter.consume('a')).toEqual({ allowed: true });
    expect(await limiter.consume('a')).toEqual({ allowed: true });
    const refused = await limiter.consume('a');
    expect(refused).toEqual({ allowed: false, retryAfterSeconds: expect.any(Number) });
    if (!refused.allowed) expect(refused.retryAfterSeconds).toBeGreaterThan(50);
    expect(await limiter.consume('b')).toEqual({ allowed: true });
  });

  it('allows again after the window, or when it is told to forget', async () => {
    const limiter = new MemoryAttemptLimiter({ attempts: 1, windowSeconds: 1 });
    await limiter.consume('a');
    expect(await limiter.consume('a')).toMatchObject({ allowed: false });
    await limiter.reset('a');
    expect(await limiter.consume('a')).toEqual({ allowed: true });
    expect(await limiter.consume('a')).toMatchObject({ allowed: false });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await limiter.consume('a')).toEqual({ allowed: true });
  });
});
