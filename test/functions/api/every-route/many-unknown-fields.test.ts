import { expect, it } from 'vitest';
import { createApi, signUp } from '../api-client.ts';

it('a body of a multitude of unknown fields gets a short answer soon', async () => {
  const { api } = createApi();
  const { token } = await signUp(api);
  const body = Object.fromEntries(Array.from({ length: 80_000 }, (_, index) => [`f${index}`, 1]));
  const before = process.cpuUsage();
  const answer = await api.call('POST', '/v1/keys', { token, body });
  expect([answer.status, answer.json.errors.length]).toEqual([400, 50]);
  // Time in which it computes, not time in which it waits for others: a fraction of a second, and minutes where each field looks at all others.
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(5_000);
});
