import { expect, it } from 'vitest';
import { createApi, createInstance, createKey, createRunningInstance, signUp } from '../api-client.ts';

it('lists the keys of the workspace, newest first, page by page', async () => {
  const { api } = createApi();
  const { token } = await signUp(api);
  const stranger = await signUp(api, 'mallory@example.com');
  await createKey(api, stranger.token);
  const ids: string[] = [];
  for (let count = 0; count < 5; count += 1) ids.unshift(await createKey(api, token, `demo-number-${count}`));
  const first = await api.call('GET', '/v1/keys?limit=3', { token });
  const second = await api.call('GET', `/v1/keys?limit=3&cursor=${first.json.nextCursor}`, { token });
  expect([...first.json.items, ...second.json.items].map((key: { id: string }) => key.id)).toEqual(ids);
  expect(second.json.nextCursor).toBeNull();
});

it('rotation puts the new key in place of the old one and restarts what should run', async () => {
  const { platform, api, owner, keyId, instanceId } = await createRunningInstance();
  const stopped = await createInstance(api, owner.token, keyId);
  await platform.instances.update(stopped, { desiredState: 'stopped', status: 'stopped' });
  const refused = await createInstance(api, owner.token, keyId);
  await platform.instances.update(refused, { status: 'unauthenticated' });
  await platform.keys.update(owner.workspaceId, keyId, { status: 'refused' });
  platform.lifecycle.requests.length = 0;
  platform.clock.advance(60_000);

  const answer = await api.call('POST', `/v1/keys/${keyId}/rotate`, {
    token: owner.token,
    body: { apiKey: '\n demo-next-key-9abc\t' },
  });
  expect([answer.status, answer.json]).toMatchObject([
    200,
    { id: keyId, last4: '9abc', status: 'valid', rotatedAt: '2026-11-22T08:01:00.000Z' },
  ]);
  const key = await platform.keys.find(owner.workspaceId, keyId);
  expect(key?.secret.version).toBe(2);
  expect(await platform.secrets.get(key?.secret ?? { name: '', version: 0 })).toBe('demo-next-key-9abc');
  expect(platform.secrets.versionsOf(`smartlead-key/${keyId}`)).toBe(1);
  expect(platform.lifecycle.operationsOf(instanceId)).toEqual(['restart']);
  expect(platform.lifecycle.operationsOf(refused)).toEqual(['restart']);
  expect(platform.lifecycle.operationsOf(stopped)).toEqual([]);
  expect((await platform.instances.findById(instanceId))?.status).toBe('restarting');
  expect(platform.audit.entries.at(-1)).toMatchObject({ action: 'key.rotate', details: { restartedInstances: 2 } });
});
