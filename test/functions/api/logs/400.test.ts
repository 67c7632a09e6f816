import { expect, it } from 'vitest';
import { createRunningInstance, errorsOf } from '../api-client.ts';

it('a period that ends before it begins is refused', async () => {
  const { api, owner, instanceId } = await createRunningInstance();
  const path = `/v1/instances/${instanceId}/logs?from=2026-11-22T09:00:00Z&to=2026-11-22T08:00:00Z`;
  const answer = await api.call('GET', path, { token: owner.token });
  expect(answer.status).toBe(400);
  expect(errorsOf(answer)).toEqual(['from: must be before "to"']);
});
