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

it('more rows than one answer may have', async () => {
  const { platform, api, owner, instanceId } = await createRunningInstance();
  const records = Array.from({ length: 50_001 }, (_, number) => ({
    instanceId,
    workspaceId: owner.workspaceId,
    tool: `tool_${number}`,
    minute: `2026-11-22T0${number % 2}:00:00.000Z`,
    calls: 1,
    errors: 0,
  }));
  await platform.usage.apply({ batchId: 'batch', records });
  const answer = await api.call('GET', '/v1/usage?step=minute', { token: owner.token });
  expect([answer.status, errorsOf(answer)]).toEqual([
    400,
    ['step: asks for more than 50000 rows; take a longer step, a later "from", or one instance'],
  ]);
  const later = await api.call('GET', '/v1/usage?step=minute&from=2026-11-22T01:00:00Z', { token: owner.token });
  expect(later.json.totals.calls).toBe(25_000);
});
