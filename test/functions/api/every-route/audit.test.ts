import { expect, it } from 'vitest';
import { createInstance, createKey, createRunningInstance, password, smartleadKey, tokenFor } from '../api-client.ts';
import { allRoutes, pathOf, validBody } from './requests.ts';

/** Routes that are no GET and yet declare no action, and why. */
const recordedOtherwise: Record<string, string> = {
  refreshSession: 'records only the reuse of an old token; every success would drown the rest',
  signOut: 'records itself where the caller is known',
};

it('every route that changes something declares an action', () => {
  const silent = allRoutes.filter((route) => route.method !== 'GET' && route.auditAction === undefined);
  expect(silent.map((route) => route.operationId).sort()).toEqual(Object.keys(recordedOtherwise).sort());
});

it('a success is recorded with actor, action, target, address, time and what was set', async () => {
  const { platform, owner, keyId, instanceId } = await createRunningInstance();
  const entries = platform.audit.entries.map(({ id: _id, ...entry }) => entry);
  const common = {
    workspaceId: owner.workspaceId,
    time: '2026-11-22T08:00:00.000Z',
    actor: `user:${owner.userId}`,
    address: '192.0.2.1',
    outcome: 'success',
  };
  expect(entries).toEqual([
    { ...common, action: 'account.sign-up', target: owner.userId, details: { email: 'ada@example.com' } },
    { ...common, action: 'key.create', target: keyId, details: { label: 'Main account' } },
    {
      ...common,
      action: 'instance.create',
      target: instanceId,
      details: {
        ...{ name: 'Campaigns', keyId, mode: 'both', toolsets: null, policy: 'read-only', size: 'small' },
        ...{ sleepAfterSeconds: 900, maxReplicas: 1 },
        ...{ allow: 'none', allowedTools: null, deniedTools: null },
      },
    },
  ]);
});

it('a change of what an instance may do is recorded with what was set', async () => {
  const { platform, api, owner, instanceId } = await createRunningInstance();
  const body = { policy: 'full', allow: ['secrets', 'send'], toolsets: ['inbox-agent'], deniedTools: ['leads_categories'] };
  await api.call('PATCH', `/v1/instances/${instanceId}`, { token: owner.token, body });
  expect(platform.audit.entries.at(-1)).toMatchObject({
    action: 'instance.update',
    target: instanceId,
    details: { policy: 'full', allow: 'send,secrets', toolsets: 'inbox-agent', deniedTools: 'leads_categories' },
  });
});

it('every route that may be refused by role records the refusal', async () => {
  const { platform, api, owner, keyId, instanceId } = await createRunningInstance();
  const viewer = await tokenFor(platform, owner.workspaceId, 'viewer');
  for (const route of allRoutes.filter(({ access, auditAction }) => access !== 'public' && auditAction !== undefined)) {
    platform.audit.entries.length = 0;
    const body = validBody(route.operationId, keyId);
    const answer = await api.call(route.method, pathOf(route, { key: keyId, instance: instanceId }), { token: viewer, body });
    expect([route.operationId, answer.status]).toEqual([route.operationId, 403]);
    expect(platform.audit.entries).toMatchObject([
      { action: route.auditAction, outcome: 'refused', actor: 'user:usr_viewer', details: { reason: 'not-allowed' } },
    ]);
  }
});

it('mistyped requests and requests for what does not exist are not recorded', async () => {
  const { platform, api, owner } = await createRunningInstance();
  platform.audit.entries.length = 0;
  await api.call('POST', '/v1/keys', { token: owner.token, body: {} });
  await api.call('DELETE', '/v1/instances/nothing', { token: owner.token });
  expect(platform.audit.entries).toEqual([]);
});

it('an audit store that fails does not undo the change; the entry goes to the log', async () => {
  const { platform, api, owner } = await createRunningInstance();
  platform.audit.failure = new Error('the store is down');
  const answer = await api.call('POST', '/v1/keys', { token: owner.token, body: { label: 'Kept', apiKey: smartleadKey } });
  expect(answer.status).toBe(201);
  expect(platform.logger.entries[0]?.fields.entry).toContain('key.create');
});

it('no secret is in any audit entry, log entry, event or answer of a whole life', async () => {
  const { platform, api, owner } = await createRunningInstance();
  const { token } = owner;
  const seen: string[] = [];
  const call = async (method: string, path: string, body?: object) => {
    const answer = await api.call(method, path, { token, ...(body === undefined ? {} : { body }) });
    seen.push(answer.text);
    return answer;
  };
  const rotated = 'demo-canary-rotated-77aa';
  const keyId = await createKey(api, token);
  const instanceId = await createInstance(api, token, keyId);
  const created = await api.call('POST', `/v1/instances/${instanceId}/tokens`, { token, body: { label: 'n8n' } });
  await call('POST', `/v1/keys/${keyId}/rotate`, { apiKey: rotated });
  await call('POST', '/v1/keys', { label: 'Wrong', apiKey: 'canary-refused-key-0001' });
  for (const path of ['', '/tokens', '/connections', '/logs', '/events']) await call('GET', `/v1/instances/${instanceId}${path}`);
  await call('GET', '/v1/keys');
  await call('DELETE', `/v1/instances/${instanceId}/tokens/${created.json.id}`);
  await call('DELETE', `/v1/instances/${instanceId}`);
  await call('DELETE', `/v1/keys/${keyId}`);
  await api.call('POST', '/v1/auth/sign-in', { body: { email: 'ada@example.com', password: `${password} wrong` } });
  await call('GET', '/v1/audit?limit=100');
  await call('GET', '/v1/admin/instances');

  const records = JSON.stringify([
    seen,
    platform.audit.entries,
    platform.logger.entries,
    platform.instanceEvents.events,
    platform.localSignIn.refreshSessions.dump(),
    (await platform.keys.list(owner.workspaceId, { limit: 100 })).items,
  ]);
  expect(platform.audit.entries.length).toBeGreaterThan(8);
  for (const secret of [
    smartleadKey,
    rotated,
    'canary-refused-key-0001',
    created.json.token,
    password,
    owner.refreshToken,
    token,
  ]) {
    expect(records).not.toContain(secret);
  }
});
