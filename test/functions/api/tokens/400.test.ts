import { expect, it } from 'vitest';
import { createRunningInstance, errorsOf } from '../api-client.ts';

it.each([
  ['2026-11-22T08:00:00Z', 'must be in the future'],
  ['2020-01-01T00:00:00Z', 'must be in the future'],
  ['tomorrow', 'must be a time such as 2026-11-22T08:00:00Z'],
  ['2027-02-30T00:00:00Z', 'must be a time such as 2026-11-22T08:00:00Z'],
  ['2027-01-01', 'must be a time such as 2026-11-22T08:00:00Z'],
  ['9999-12-31T23:59:59-23:00', 'must be between the years 1970 and 9999'],
  ['0000-01-01T00:00:00+23:00', 'must be between the years 1970 and 9999'],
  [1, 'must be text'],
])('an expiry of %j', async (expiresAt, message) => {
  const { api, owner, instanceId } = await createRunningInstance();
  const body = { label: 'n8n', expiresAt };
  const answer = await api.call('POST', `/v1/instances/${instanceId}/tokens`, { token: owner.token, body });
  expect([answer.status, errorsOf(answer)]).toEqual([400, [`expiresAt: ${message}`]]);
});
