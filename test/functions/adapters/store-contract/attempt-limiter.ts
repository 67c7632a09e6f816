import { describe, expect, it } from 'vitest';
import type { AttemptLimiter, Clock } from '../../../../functions/ports.ts';
import { InMemoryClock } from '../../in-memory/clock.ts';

/** What every limiter of attempts has to do whose clock can be moved. Every test opens one of its own. */
export function attemptLimiterContract(
  open: (clock: Clock, options: { attempts: number; windowSeconds: number }) => Promise<AttemptLimiter>,
): void {
  describe('the limiter of attempts', () => {
    it('refuses after the allowed attempts and says how long to wait', async () => {
      const clock = new InMemoryClock();
      const limiter = await open(clock, { attempts: 2, windowSeconds: 60 });
      expect(await limiter.consume('a')).toEqual({ allowed: true });
      clock.advance(10_000);
      expect(await limiter.consume('a')).toEqual({ allowed: true });
      clock.advance(500);
      expect(await limiter.consume('a')).toEqual({ allowed: false, retryAfterSeconds: 50 });
      expect(await limiter.consume('b')).toEqual({ allowed: true });
    });

    it('allows again after the window, or when it is told to forget', async () => {
      const clock = new InMemoryClock();
      const limiter = await open(clock, { attempts: 1, windowSeconds: 60 });
      await limiter.consume('a');
      expect(await limiter.consume('a')).toMatchObject({ allowed: false });
      await limiter.reset('a');
      await limiter.reset('nobody');
      expect(await limiter.consume('a')).toEqual({ allowed: true });
      clock.advance(59_999);
      expect(await limiter.consume('a')).toEqual({ allowed: false, retryAfterSeconds: 1 });
      clock.advance(1);
      expect(await limiter.consume('a')).toEqual({ allowed: true });
      expect(await limiter.consume('a')).toMatchObject({ allowed: false, retryAfterSeconds: 60 });
    });

    it('lets as many through as allowed where they come at once, also where a window has just ended', async () => {
      const clock = new InMemoryClock();
      const limiter = await open(clock, { attempts: 3, windowSeconds: 60 });
      for (let window = 0; window < 2; window += 1) {
        const answers = await Promise.all(Array.from({ length: 8 }, () => limiter.consume('a')));
        expect(answers.filter(({ allowed }) => allowed)).toHaveLength(3);
        clock.advance(60_000);
      }
    });

    it('takes any key', async () => {
      const limiter = await open(new InMemoryClock(), { attempts: 1, windowSeconds: 60 });
      for (const key of ['', 'a#b', '\0', 'x'.repeat(5000), '\ud800']) {
        expect(await limiter.consume(key)).toEqual({ allowed: true });
      }
    });
  });
}
