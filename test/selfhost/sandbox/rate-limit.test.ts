import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RateLimit, rateLimits } from '../../../selfhost/sandbox/rate-limit.ts';
import { ManualClock, SandboxClient, withSandbox } from './sandbox-client.ts';

describe.each([
  ['demo-plain', rateLimits.standard],
  ['demo-pro-plain', rateLimits.pro],
  ['demo-pro', rateLimits.standard],
])('the key %s', (key, limits) => {
  test('has its tier in each of the three windows', () =>
    withSandbox({ clock: new ManualClock() }, async (sandbox) => {
      const client = new SandboxClient(sandbox, key);
      for (let count = 0; count < limits.perSecond; count += 1)
        expect((await client.get('/leads/fetch-categories')).status).toBe(200);
      const refused = await client.get('/leads/fetch-categories');
      expect(refused.status).toBe(429);
      expect(refused.headers.get('retry-after')).toBe('1');
      expect(refused.headers.get('x-ratelimit-limit')).toBe(String(limits.perSecond));
      expect(refused.body).toEqual({
        error: { code: 'RATE_LIMIT_EXCEEDED', message: 'Too many requests. Please retry after 1 seconds.', retry_after: 1 },
      });
    }));
});

test('every answer tells limit, what is left and when the minute ends, over all hosts together', () =>
  withSandbox({ clock: new ManualClock('2026-03-18T10:30:00.000Z') }, async (sandbox) => {
    const client = new SandboxClient(sandbox);
    const replies = [
      await client.get('/leads/fetch-categories'),
      await client.send('GET', '/countries', { host: 'prospect' }),
      await client.send('GET', '/spam-test/folder', { host: 'delivery' }),
      await client.send('GET', '/smart-senders/get-vendors', { host: 'senders' }),
      await client.get('/no-such-route'),
      await client.get('/campaigns/', { surprise: 1 }),
    ];
    expect(replies.map((reply) => reply.headers.get('x-ratelimit-remaining'))).toEqual(['59', '58', '57', '56', '55', '54']);
    for (const reply of replies) {
      expect(reply.headers.get('x-ratelimit-limit')).toBe('60');
      expect(reply.headers.get('x-ratelimit-reset')).toBe(String(Date.parse('2026-03-18T10:31:00.000Z') / 1000));
      expect(reply.headers.get('retry-after')).toBeNull();
    }
  }));

test('after Retry-After seconds the key is served again; another key is never held up', () =>
  withSandbox({ clock: new ManualClock('2026-03-18T10:30:00.000Z', 200) }, async (sandbox) => {
    const client = new SandboxClient(sandbox);
    let refused = await client.get('/leads/fetch-categories');
    for (let count = 1; refused.status === 200 && count < 100; count += 1) refused = await client.get('/leads/fetch-categories');
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
    expect((await new SandboxClient(sandbox, 'demo-other').get('/leads/fetch-categories')).status).toBe(200);
  }));

test('whatever the pauses, no window ever lets more through than the tier allows', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 50, maxLength: 1500 }), (pauses) => {
      const limit = new RateLimit('standard');
      const windows = [
        { length: 1000, most: 10 },
        { length: 60_000, most: 60 },
        { length: 3_600_000, most: 1000 },
      ].map((window) => ({ ...window, start: Number.NEGATIVE_INFINITY, count: 0 }));
      let now = 1_000_000;
      for (const pause of pauses) {
        now += pause;
        const verdict = limit.consume(now);
        for (const window of windows) {
          if (now >= window.start + window.length) Object.assign(window, { start: now, count: 0 });
          if (verdict.allowed) window.count += 1;
          expect(window.count).toBeLessThanOrEqual(window.most);
        }
        if (!verdict.allowed) {
          expect(verdict.remaining).toBe(0);
          expect(now + verdict.retryAfterSeconds * 1000).toBeGreaterThanOrEqual(verdict.resetsAt);
        }
      }
    }),
    { numRuns: 30 },
  );
});

test('the hour counts too', () => {
  const limit = new RateLimit('standard');
  let allowed = 0;
  for (let now = 0; now < 3_600_000; now += 1100) if (limit.consume(now).allowed) allowed += 1;
  expect(allowed).toBe(1000);
  expect(limit.consume(3_600_000).allowed).toBe(true);
});
