import { expect, it } from 'vitest';
import { InMemoryAttemptLimiter } from '../../in-memory/attempt-limiter.ts';
import { createRunningInstance, problemOf, signUp } from '../api-client.ts';

it('keys can be checked with Smartlead only so often, by creating and rotating together', async () => {
  const { platform, api, owner, keyId } = await createRunningInstance();
  const other = await signUp(api, 'bob@example.com');
  platform.keyCheckLimiter = new InMemoryAttemptLimiter(platform.clock, { attempts: 2, windowSeconds: 600 });
  const create = (token: string) => api.call('POST', '/v1/keys', { token, body: { label: 'x', apiKey: 'refused-1' } });
  const rotate = () => api.call('POST', `/v1/keys/${keyId}/rotate`, { token: owner.token, body: { apiKey: 'demo-next' } });
  expect([(await create(owner.token)).status, (await rotate()).status]).toEqual([422, 200]);
  const checked = platform.smartleadKeyChecker.checked.length;
  for (const answer of [await create(owner.token), await rotate()]) {
    expect([answer.status, problemOf(answer), answer.headers['retry-after']]).toEqual([429, 'rate-limited', '600']);
  }
  expect(platform.smartleadKeyChecker.checked).toHaveLength(checked);
  expect((await create(other.token)).status).toBe(422);
  platform.clock.advance(600_000);
  expect((await rotate()).status).toBe(200);
});
