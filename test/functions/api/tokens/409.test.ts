import { expect, it } from 'vitest';
import { quotas } from '../../../../functions/domain/quotas.ts';
import { createInstance, createRunningInstance, problemOf } from '../api-client.ts';

it('more tokens than an instance may have', async () => {
  const { api, owner, keyId, instanceId } = await createRunningInstance();
  const other = await createInstance(api, owner.token, keyId);
  const create = (id: string) => api.call('POST', `/v1/instances/${id}/tokens`, { token: owner.token, body: { label: 'n8n' } });
  for (let count = 0; count < quotas.tokensOfInstance; count += 1) expect((await create(instanceId)).status).toBe(201);
  const answer = await create(instanceId);
  expect([answer.status, problemOf(answer)]).toEqual([409, 'limit-reached']);
  expect(answer.json.detail).toBe(
    `An instance may have ${quotas.tokensOfInstance} tokens at once. Revoke one that you no longer need.`,
  );
  expect((await create(other)).status).toBe(201);
});
