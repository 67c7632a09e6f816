import { expect, it } from 'vitest';
import { createInstance, createRunningInstance, problemOf } from '../api-client.ts';

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
