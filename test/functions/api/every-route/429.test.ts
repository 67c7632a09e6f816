import { expect, it } from 'vitest';
import { createApiHandler } from '../../../../functions/api/resources.ts';
import { InMemoryAttemptLimiter } from '../../in-memory/attempt-limiter.ts';
import { ApiClient, createRunningInstance, problemOf, signUp } from '../api-client.ts';
import { allRoutes, pathOf, validBody } from './requests.ts';

it('one user may send only so many requests, and only that user waits', async () => {
  const { platform, api, owner, keyId, instanceId } = await createRunningInstance();
  const other = await signUp(api, 'bob@example.com');
  platform.requestLimiter = new InMemoryAttemptLimiter(platform.clock, { attempts: 3, windowSeconds: 60 });
  const limited = new ApiClient(createApiHandler(platform));
  for (let count = 0; count < 3; count += 1) expect((await limited.call('GET', '/v1/me', owner)).status).toBe(200);
  const audited = platform.audit.entries.length;
  for (const route of allRoutes.filter(({ access }) => access !== 'public')) {
    const answer = await limited.call(route.method, pathOf(route, { key: keyId, instance: instanceId }), {
      token: owner.token,
      body: validBody(route.operationId, keyId),
    });
    expect([route.operationId, answer.status, problemOf(answer)]).toEqual([route.operationId, 429, 'rate-limited']);
    expect(answer.headers['retry-after']).toBe('60');
  }
  expect(platform.audit.entries).toHaveLength(audited);
  expect((await limited.call('GET', '/v1/me', { token: other.token })).status).toBe(200);
  platform.clock.advance(60_000);
  expect((await limited.call('GET', '/v1/me', { token: owner.token })).status).toBe(200);
});
