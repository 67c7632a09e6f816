import { describe, expect, it } from 'vitest';
import { createInstance, createKey, createRunningInstance } from '../api-client.ts';

it('an instance is shown with its URLs and without what runs for it', async () => {
  const { platform, api, owner, keyId, instanceId } = await createRunningInstance();
  await platform.instances.update(instanceId, {
    runtime: { launcher: 'child-process', ref: '4711', address: 'http://127.0.0.1:4' },
  });
  const answer = await api.call('GET', `/v1/instances/${instanceId}`, { token: owner.token });
  expect(answer.json).toEqual({
    id: instanceId,
    name: 'Campaigns',
    keyId,
    mode: 'both',
    toolsets: null,
    policy: 'read-only',
    allow: [],
    allowedTools: null,
    deniedTools: null,
    size: 'small',
    sleepAfterSeconds: 900,
    maxReplicas: 1,
    replicas: 1,
    argumentLogUntil: null,
    status: 'running',
    statusReason: 'Running.',
    nextStep: null,
    urls: {
      sse: `http://127.0.0.1:8080/i/${instanceId}/sse`,
      messages: `http://127.0.0.1:8080/i/${instanceId}/messages`,
      mcp: `http://127.0.0.1:8080/i/${instanceId}/mcp`,
    },
    firstConnectedAt: null,
    createdAt: '2026-11-22T08:00:00.000Z',
    updatedAt: '2026-11-22T08:00:00.000Z',
  });
});

it('lists are newest first, full pages, and without deleted instances', async () => {
  const { platform, api, owner, keyId, instanceId } = await createRunningInstance();
  const ids = [instanceId];
  for (let count = 0; count < 6; count += 1) ids.unshift(await createInstance(api, owner.token, keyId));
  for (const index of [1, 2, 5]) await platform.instances.update(ids[index] ?? '', { desiredState: 'deleted' });
  const visible = ids.filter((_id, index) => ![1, 2, 5].includes(index));
  const first = await api.call('GET', '/v1/instances?limit=3', { token: owner.token });
  const second = await api.call('GET', `/v1/instances?limit=3&cursor=${first.json.nextCursor}`, { token: owner.token });
  expect(first.json.items).toHaveLength(3);
  expect([...first.json.items, ...second.json.items].map((instance: { id: string }) => instance.id)).toEqual(visible);
});

describe('PATCH', () => {
  it.each([
    [{ name: ' New ' }, { name: 'New' }],
    [{ sleepAfterSeconds: 5 }, { sleepAfterSeconds: 5 }],
    [{ sleepAfterSeconds: null }, { sleepAfterSeconds: null }],
    [{ maxReplicas: 8 }, { maxReplicas: 8 }],
  ])('%j restarts nothing', async (body, shown) => {
    const { platform, api, owner, instanceId } = await createRunningInstance();
    const answer = await api.call('PATCH', `/v1/instances/${instanceId}`, { token: owner.token, body });
    expect(answer.json).toMatchObject({ ...shown, status: 'running' });
    expect(platform.lifecycle.requests).toEqual([]);
  });

  it.each([
    { sleepAfterSeconds: 4 },
    { sleepAfterSeconds: 86_401 },
    { sleepAfterSeconds: 5.5 },
    { maxReplicas: 0 },
    { maxReplicas: 9 },
  ])('%j is refused', async (body) => {
    const { api, owner, instanceId } = await createRunningInstance();
    const answer = await api.call('PATCH', `/v1/instances/${instanceId}`, { token: owner.token, body });
    expect(answer).toMatchObject({ status: 400, json: { errors: [{ path: Object.keys(body)[0] }] } });
  });

  it('settings of a sleeping instance wake nobody', async () => {
    const { platform, api, owner, instanceId } = await createRunningInstance();
    await platform.instances.update(instanceId, { status: 'sleeping' });
    const answer = await api.call('PATCH', `/v1/instances/${instanceId}`, { token: owner.token, body: { policy: 'full' } });
    expect(answer.json).toMatchObject({ policy: 'full', status: 'sleeping' });
    expect(platform.lifecycle.requests).toEqual([]);
  });

  it.each([
    { mode: 'sse' },
    { policy: 'full' },
    { size: 'large' },
    { toolsets: ['leads', 'inbox'] },
    { toolsets: ['inbox-agent'] },
    { toolsets: ['discovery'] },
    { allow: ['send'] },
    { allowedTools: ['campaigns_get_all'] },
    { deniedTools: ['campaigns_get_all', 'leads_categories'] },
  ])('%j restarts a running instance', async (body) => {
    const { platform, api, owner, instanceId } = await createRunningInstance();
    const answer = await api.call('PATCH', `/v1/instances/${instanceId}`, { token: owner.token, body });
    expect(answer.json).toMatchObject({ ...body, status: 'restarting' });
    expect(platform.lifecycle.operationsOf(instanceId)).toEqual(['restart']);
  });

  it('another key restarts it too', async () => {
    const { platform, api, owner, instanceId } = await createRunningInstance();
    const keyId = await createKey(api, owner.token);
    const answer = await api.call('PATCH', `/v1/instances/${instanceId}`, { token: owner.token, body: { keyId } });
    expect(answer.json.keyId).toBe(keyId);
    expect(platform.lifecycle.operationsOf(instanceId)).toEqual(['restart']);
  });

  it('a stopped instance stays stopped', async () => {
    const { platform, api, owner, instanceId } = await createRunningInstance();
    await platform.instances.update(instanceId, { desiredState: 'stopped', status: 'stopped' });
    const answer = await api.call('PATCH', `/v1/instances/${instanceId}`, { token: owner.token, body: { size: 'medium' } });
    expect(answer.json).toMatchObject({ size: 'medium', status: 'stopped' });
    expect(platform.lifecycle.requests).toEqual([]);
  });

  it('the same switches and tools in another order restart nothing', async () => {
    const { platform, api, owner, keyId } = await createRunningInstance();
    const settings = { allow: ['spend', 'send'], deniedTools: ['leads_categories', 'campaigns_get_all'] };
    const id = await createInstance(api, owner.token, keyId, settings);
    platform.lifecycle.requests.length = 0;
    const body = { allow: settings.allow.toReversed(), deniedTools: settings.deniedTools.toReversed() };
    const answer = await api.call('PATCH', `/v1/instances/${id}`, { token: owner.token, body });
    expect(answer.json).toMatchObject({ allow: ['send', 'spend'], deniedTools: ['campaigns_get_all', 'leads_categories'] });
    expect(platform.lifecycle.requests).toEqual([]);
  });

  it('switches are turned off and lists given up again', async () => {
    const { api, owner, keyId } = await createRunningInstance();
    const set = {
      allow: ['destroy'],
      allowedTools: ['leads_categories'],
      deniedTools: ['campaigns_get_all'],
      toolsets: ['analyst'],
    };
    const id = await createInstance(api, owner.token, keyId, set);
    const body = { allow: [], allowedTools: null, deniedTools: null, toolsets: null };
    const answer = await api.call('PATCH', `/v1/instances/${id}`, { token: owner.token, body });
    expect(answer.json).toMatchObject(body);
  });

  it.each([{}, { name: 'Campaigns' }, { mode: 'both', size: 'small', toolsets: null, allow: [] }])(
    '%j changes nothing',
    async (body) => {
      const { platform, api, owner, instanceId } = await createRunningInstance();
      const before = await platform.instances.findById(instanceId);
      const answer = await api.call('PATCH', `/v1/instances/${instanceId}`, { token: owner.token, body });
      expect(answer.status).toBe(200);
      expect(await platform.instances.findById(instanceId)).toEqual(before);
      expect(platform.lifecycle.requests).toEqual([]);
    },
  );
});
