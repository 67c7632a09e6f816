import { expect, it } from 'vitest';
import { createRunningInstance, errorsOf } from '../api-client.ts';

it.each([
  ['step=week', 'step: must be "minute" or "hour" or "day"'],
  ['from=yesterday', 'from: must be a time such as 2026-11-22T08:00:00Z'],
  ['from=2026-11-23T00:00:00Z', 'from: must be before "to"'],
  ['from=2026-11-01T00:00:00Z&step=minute', 'from: must be at most 2 days before "to" where step is "minute"'],
  ['instanceId=x', 'instanceId: must be an identifier that starts with ins_'],
])('%s', async (query, expected) => {
  const { api, owner } = await createRunningInstance();
  const answer = await api.call('GET', `/v1/usage?${query}`, { token: owner.token });
  expect([answer.status, errorsOf(answer)]).toEqual([400, [expected]]);
});
