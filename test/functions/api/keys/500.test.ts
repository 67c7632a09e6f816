import { expect, it, vi } from 'vitest';
import { ProblemError } from '../../../../core/problem.ts';
import { createApi, createRunningInstance, signUp } from '../api-client.ts';

it('where the key cannot be stored its secret is taken back', async () => {
  const { platform, api } = createApi();
  const { token } = await signUp(api);
  vi.spyOn(platform.keys, 'create').mockRejectedValue(new Error('down'));
  const answer = await api.call('POST', '/v1/keys', { token, body: { label: 'Main', apiKey: 'demo-12345' } });
  expect(answer.status).toBe(500);
  expect(await platform.secrets.list()).toEqual([]);
});

it('where it is not known whether the key was stored its secret stays, for the row may need it', async () => {
  const { platform, api } = createApi();
  const { token } = await signUp(api);
  const create = platform.keys.create.bind(platform.keys);
  vi.spyOn(platform.keys, 'create').mockImplementation(async (...parameters) => {
    await create(...parameters);
    throw new ProblemError('not-available', { retryAfter: 2 });
  });
  const answer = await api.call('POST', '/v1/keys', { token, body: { label: 'Main', apiKey: 'demo-12345' } });
  expect(answer.status).toBe(503);
  const [key] = (await api.call('GET', '/v1/keys', { token })).json.items;
  expect(await platform.secrets.list()).toEqual([`smartlead-key/${key.id}`]);
});

it('where a rotation cannot be stored the old version stays in use', async () => {
  const { platform, api, owner, keyId } = await createRunningInstance();
  vi.spyOn(platform.keys, 'update').mockRejectedValue(new Error('down'));
  const answer = await api.call('POST', `/v1/keys/${keyId}/rotate`, { token: owner.token, body: { apiKey: 'demo-next' } });
  expect(answer.status).toBe(500);
  const key = await platform.keys.find(owner.workspaceId, keyId);
  expect(await platform.secrets.get(key?.secret ?? { name: '', version: 0 })).toMatch(/^demo-canary/);
  expect(platform.lifecycle.requests).toEqual([]);
});

it('a key that is deleted while it is rotated leaves no secret behind', async () => {
  const { platform, api, owner, keyId } = await createRunningInstance();
  vi.spyOn(platform.keys, 'update').mockResolvedValue(undefined);
  const answer = await api.call('POST', `/v1/keys/${keyId}/rotate`, { token: owner.token, body: { apiKey: 'demo-next' } });
  expect(answer.status).toBe(404);
  expect(await platform.secrets.list()).toEqual([]);
});

it('where the replaced version cannot be deleted the rotation holds, and it is logged for the sweep', async () => {
  const { platform, api, owner, keyId } = await createRunningInstance();
  vi.spyOn(platform.secrets, 'deleteVersionsBefore').mockRejectedValue(new Error('down'));
  const answer = await api.call('POST', `/v1/keys/${keyId}/rotate`, { token: owner.token, body: { apiKey: 'demo-next' } });
  expect(answer.status).toBe(200);
  expect(platform.logger.entries).toMatchObject([{ level: 'warn', fields: { secret: `smartlead-key/${keyId}` } }]);
});
