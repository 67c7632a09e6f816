import { expect, it } from 'vitest';
import { createRunningInstance } from '../api-client.ts';
import { allRoutes, pathOf, validBody } from '../every-route/requests.ts';

it('a deleted instance is gone for everybody at once, while its process still ends', async () => {
  const { platform, api, owner, keyId, instanceId } = await createRunningInstance();
  const { token } = owner;
  const answer = await api.call('DELETE', `/v1/instances/${instanceId}`, { token });
  expect([answer.status, answer.text]).toEqual([204, '']);
  expect(await platform.instances.findById(instanceId)).toMatchObject({ desiredState: 'deleted', status: 'stopping' });
  expect(platform.lifecycle.operationsOf(instanceId)).toEqual(['delete']);

  expect((await api.call('GET', '/v1/instances', { token })).json.items).toEqual([]);
  expect((await api.call('GET', '/v1/admin/instances', { token })).json.items).toEqual([]);
  expect((await api.call('GET', `/v1/usage?instanceId=${instanceId}`, { token })).status).toBe(404);
  for (const route of allRoutes.filter(({ path }) => path.startsWith('/v1/instances/{id}'))) {
    const path = pathOf(route, { instance: instanceId });
    const again = await api.call(route.method, path, { token, body: validBody(route.operationId, keyId) });
    expect([route.operationId, again.status]).toEqual([route.operationId, 404]);
  }
});
