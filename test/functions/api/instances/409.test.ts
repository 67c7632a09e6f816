import { expect, it, vi } from 'vitest';
import { quotas } from '../../../../functions/domain/quotas.ts';
import { createInstance, createRunningInstance, problemOf } from '../api-client.ts';

it.each(['start', 'restart'])('%s of a suspended instance', async (wish) => {
  const { platform, api, owner, instanceId } = await createRunningInstance();
  await platform.instances.update(instanceId, { status: 'suspended', statusReason: 'Unpaid.', nextStep: 'Pay.' });
  const answer = await api.call('POST', `/v1/instances/${instanceId}/${wish}`, { token: owner.token });
  expect([answer.status, problemOf(answer), answer.json.detail]).toEqual([409, 'conflict', 'Unpaid. Pay.']);
  expect(platform.lifecycle.requests).toEqual([]);
});

it('an instance that others change without end', async () => {
  const { platform, api, owner, instanceId } = await createRunningInstance();
  const update = vi.spyOn(platform.instances, 'update').mockResolvedValue(undefined);
  const answer = await api.call('POST', `/v1/instances/${instanceId}/stop`, { token: owner.token });
  expect([answer.status, problemOf(answer), answer.headers['retry-after']]).toEqual([409, 'conflict', '1']);
  expect(update).toHaveBeenCalledTimes(10);
});

it('a change at the same time is not lost', async () => {
  const { platform, api, owner, instanceId } = await createRunningInstance();
  const [named, sized] = await Promise.all([
    api.call('PATCH', `/v1/instances/${instanceId}`, { token: owner.token, body: { name: 'New' } }),
    api.call('PATCH', `/v1/instances/${instanceId}`, { token: owner.token, body: { size: 'large' } }),
  ]);
  expect([named.status, sized.status]).toEqual([200, 200]);
  expect(await platform.instances.findById(instanceId)).toMatchObject({ name: 'New', size: 'large' });
});

it('more instances than a workspace may have', async () => {
  const { platform, api, owner, keyId, instanceId } = await createRunningInstance();
  for (let count = 1; count < quotas.instancesInWorkspace; count += 1) await createInstance(api, owner.token, keyId);
  const body = { name: 'One too many', keyId };
  const answer = await api.call('POST', '/v1/instances', { token: owner.token, body });
  expect([answer.status, problemOf(answer), answer.json.detail]).toEqual([
    409,
    'limit-reached',
    `A workspace may have ${quotas.instancesInWorkspace} instances at once. Delete one that you no longer need, or ask the operator of this installation.`,
  ]);
  expect((await platform.instances.list(owner.workspaceId, { limit: 1_000 })).items).toHaveLength(quotas.instancesInWorkspace);
  await api.call('DELETE', `/v1/instances/${instanceId}`, { token: owner.token });
  expect((await api.call('POST', '/v1/instances', { token: owner.token, body })).status).toBe(201);
});
