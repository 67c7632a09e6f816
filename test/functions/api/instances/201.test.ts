import { expect, it } from 'vitest';
import { createApi, createKey, signUp } from '../api-client.ts';

it('creates an instance with the defaults, answers at once and asks for its start', async () => {
  const { platform, api } = createApi();
  const { token } = await signUp(api);
  const keyId = await createKey(api, token);
  const answer = await api.call('POST', '/v1/instances', { token, body: { name: 'Campaigns', keyId } });
  expect([answer.status, answer.json]).toMatchObject([
    201,
    {
      ...{ status: 'provisioning', mode: 'both', toolsets: null, policy: 'read-only', size: 'small', firstConnectedAt: null },
      ...{ allow: [], allowedTools: null, deniedTools: null },
    },
  ]);
  expect(answer.headers.location).toBe(`/v1/instances/${answer.json.id}`);
  expect(platform.lifecycle.requests).toEqual([{ instanceId: answer.json.id, operation: 'start' }]);
  expect(await platform.instances.findById(answer.json.id)).toMatchObject({ desiredState: 'running', status: 'provisioning' });
  expect(platform.instanceEvents.events).toMatchObject([{ instanceId: answer.json.id, type: 'created' }]);
});

it('takes every setting', async () => {
  const { api } = createApi();
  const { token } = await signUp(api);
  const body = {
    name: 'Émile 🚀',
    keyId: await createKey(api, token),
    mode: 'stdio',
    toolsets: ['campaigns', 'leads'],
    policy: 'full',
    allow: ['send', 'destroy', 'spend', 'secrets'],
    allowedTools: ['campaigns_get_all', 'leads_categories'],
    deniedTools: ['leads_categories'],
    size: 'large',
  };
  expect((await api.call('POST', '/v1/instances', { token, body })).json).toMatchObject(body);
});

it('is created although the workflow cannot be asked; the reconciler will start it', async () => {
  const { platform, api } = createApi();
  const { token } = await signUp(api);
  const keyId = await createKey(api, token);
  platform.lifecycle.failure = new Error('down');
  const answer = await api.call('POST', '/v1/instances', { token, body: { name: 'Campaigns', keyId } });
  expect(answer.status).toBe(201);
  expect(platform.logger.entries).toMatchObject([{ level: 'error', fields: { operation: 'start' } }]);
});
