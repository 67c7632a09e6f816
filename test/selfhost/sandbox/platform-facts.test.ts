import { expect, test } from 'vitest';
import platform from '../../../container/instance/catalogue/platform.json' with { type: 'json' };
import { refusedKeyBodies } from '../../../selfhost/sandbox/api-key.ts';
import { realHosts } from '../../../selfhost/sandbox/catalogue.ts';
import { rateLimitBody, rateLimits } from '../../../selfhost/sandbox/rate-limit.ts';

test('limits, refusals and hosts are those of the recorded facts', () => {
  const [standard, pro] = platform.rate_limits.tiers.map((tier) => ({
    perSecond: tier.burst_per_second,
    perMinute: tier.per_minute,
    perHour: tier.per_hour,
  }));
  expect(rateLimits).toEqual({ standard, pro });
  expect(rateLimitBody(30)).toEqual(platform.rate_limits.body_example);
  const refusals = platform.auth.failures.map((failure) => failure.body);
  expect(refusals).toContainEqual(refusedKeyBodies.missing);
  expect(refusals).toContainEqual(refusedKeyBodies.refused);
  expect(realHosts).toEqual(platform.hosts);
});
