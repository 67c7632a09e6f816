import { expect, it, vi } from 'vitest';
import { quotas } from '../../../../functions/domain/quotas.ts';
import { createApi, createInstance, createKey, createRunningInstance, problemOf, signUp } from '../api-client.ts';

it('a key that instances use stays', async () => {
  const { platform, api, owner, keyId } = await createRunningInstance();
  const one = await api.call('DELETE', `/v1/keys/${keyId}`, { token: owner.token });
  expect([one.status, problemOf(one), one.json.detail]).toEqual([
    409,
    'in-use',
    'One instance uses this key. Delete them first, or give them another key.',
  ]);
  await createInstance(api, owner.token, keyId);
  const two = await api.call('DELETE', `/v1/keys/${keyId}`, { token: owner.token });
  expect(two.json.detail).toMatch(/^2 instances use this key/);
  expect(await platform.secrets.list()).toHaveLength(1);
});

it('more keys than a workspace may have; the secret of the refused one does not stay', async () => {
  const { platform, api } = createApi();
  const { token } = await signUp(api);
  for (let count = 0; count < quotas.keysInWorkspace; count += 1) await createKey(api, token);
  const answer = await api.call('POST', '/v1/keys', { token, body: { label: 'One too many', apiKey: 'demo-one-too-many' } });
  expect([answer.status, problemOf(answer)]).toEqual([409, 'limit-reached']);
  expect(await platform.secrets.list()).toHaveLength(quotas.keysInWorkspace);
});

it('of two rotations at once the one that was sealed later wins, and leaves one version', async () => {
  const { platform, api, owner, keyId } = await createRunningInstance();
  const update = platform.keys.update.bind(platform.keys);
  const { promise: faster, resolve: fasterDone } = Promise.withResolvers<void>();
  vi.spyOn(platform.keys, 'update').mockImplementationOnce(async (...parameters) => {
    await faster;
    return update(...parameters);
  });
  const rotate = (apiKey: string) => api.call('POST', `/v1/keys/${keyId}/rotate`, { token: owner.token, body: { apiKey } });
  const slow = rotate('demo-slower-1111');
  await expect.poll(() => platform.keys.update).toHaveBeenCalled();
  expect((await rotate('demo-faster-2222')).status).toBe(200);
  fasterDone();
  expect([(await slow).status, problemOf(await slow)]).toEqual([409, 'conflict']);
  const key = await platform.keys.find(owner.workspaceId, keyId);
  expect(await platform.secrets.get(key?.secret ?? { name: '', version: 0 })).toBe('demo-faster-2222');
  expect(platform.secrets.versionsOf(`smartlead-key/${keyId}`)).toBe(1);
});
