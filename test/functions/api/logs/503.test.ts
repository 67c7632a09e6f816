import { expect, it } from 'vitest';
import { createRunningInstance, problemOf } from '../api-client.ts';

it('a host that cannot stream says so', async () => {
  const { api, owner, instanceId } = await createRunningInstance();
  const answer = await api.call('GET', `/v1/instances/${instanceId}/logs?follow=true`, { token: owner.token });
  expect([answer.status, problemOf(answer)]).toEqual([503, 'not-available']);
});
