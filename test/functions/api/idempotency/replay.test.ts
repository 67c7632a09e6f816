import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createApi, createKey, createRunningInstance, problemOf, signUp, tokenFor } from '../api-client.ts';
import { allRoutes } from '../every-route/requests.ts';

const once = { 'idempotency-key': 'once' };

it('every POST but those of sessions honours the key', () => {
  for (const route of allRoutes) {
    expect([route.operationId, route.idempotent]).toEqual([
      route.operationId,
      route.method === 'POST' && !route.path.startsWith('/v1/auth/'),
    ]);
  }
});

describe('the same request again', () => {
  it('gets the same answer, says so, and changes nothing', async () => {
    const { platform, api, owner, instanceId } = await createRunningInstance();
    const request = { token: owner.token, body: { label: 'n8n' }, headers: once };
    const first = await api.call('POST', `/v1/instances/${instanceId}/tokens`, request);
    const second = await api.call('POST', `/v1/instances/${instanceId}/tokens`, request);
    expect([second.status, second.text]).toEqual([first.status, first.text]);
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    expect(second.headers['idempotent-replayed']).toBe('true');
    expect(second.headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': first.headers['content-type'] });
    expect((await platform.instanceTokens.list(instanceId, { limit: 10 })).items).toHaveLength(1);
    expect(platform.audit.entries.filter((entry) => entry.action === 'token.create')).toHaveLength(1);
  });

  it('is a new request after a day', async () => {
    const { platform, api } = createApi();
    const { workspaceId } = await signUp(api);
    const body = { label: 'Main', apiKey: 'demo-12345' };
    const first = await api.call('POST', '/v1/keys', {
      token: await tokenFor(platform, workspaceId, 'admin'),
      body,
      headers: once,
    });
    platform.clock.advance(24 * 60 * 60 * 1000);
    const second = await api.call('POST', '/v1/keys', {
      token: await tokenFor(platform, workspaceId, 'admin'),
      body,
      headers: once,
    });
    expect(second.json.id).not.toBe(first.json.id);
  });

  it('is a new request in another workspace', async () => {
    const { api } = createApi();
    const ada = await signUp(api);
    const grace = await signUp(api, 'grace@example.com');
    const body = { label: 'Main', apiKey: 'demo-12345' };
    const first = await api.call('POST', '/v1/keys', { token: ada.token, body, headers: once });
    const second = await api.call('POST', '/v1/keys', { token: grace.token, body, headers: once });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.json.id).not.toBe(first.json.id);
  });

  it('runs again where the first one failed', async () => {
    const { platform, api } = createApi();
    const { token } = await signUp(api);
    const body = { label: 'Main', apiKey: 'demo-12345' };
    platform.smartleadKeyChecker.reachable = false;
    expect((await api.call('POST', '/v1/keys', { token, body, headers: once })).status).toBe(502);
    platform.smartleadKeyChecker.reachable = true;
    vi.spyOn(platform.keys, 'create').mockRejectedValueOnce(new Error('down'));
    expect((await api.call('POST', '/v1/keys', { token, body, headers: once })).status).toBe(500);
    expect((await api.call('POST', '/v1/keys', { token, body, headers: once })).status).toBe(201);
  });

  it('is not claimed by a request that is not valid', async () => {
    const { api } = createApi();
    const { token } = await signUp(api);
    expect((await api.call('POST', '/v1/keys', { token, body: { label: '' }, headers: once })).status).toBe(400);
    const body = { label: 'Main', apiKey: 'demo-12345' };
    expect((await api.call('POST', '/v1/keys', { token, body, headers: once })).status).toBe(201);
  });
});

it('whose answer does not open any more says that it is done, and is not done again', async () => {
  const { platform, api } = createApi();
  const { token } = await signUp(api);
  const request = { token, body: { label: 'Main', apiKey: 'demo-12345' }, headers: once };
  expect((await api.call('POST', '/v1/keys', request)).status).toBe(201);
  vi.spyOn(platform.idempotency, 'claim').mockResolvedValue({ outcome: 'unreadable' });
  const answer = await api.call('POST', '/v1/keys', request);
  expect([answer.status, problemOf(answer)]).toEqual([409, 'idempotency-answer-lost']);
  expect(answer.json.detail).toContain('was not done again');
  expect((await api.call('GET', '/v1/keys', { token })).json.items).toHaveLength(1);
});

describe('the key with another request', () => {
  it.each([
    ['another body', '/v1/keys', { label: 'Other', apiKey: 'demo-12345' }],
    ['another path', '/v1/instances', { name: 'Main', keyId: 'key_01k8z3x5v7c9b2n4m6q8r0t2w4' }],
  ])('%s is refused', async (_what, path, body) => {
    const { api } = createApi();
    const { token } = await signUp(api);
    await api.call('POST', '/v1/keys', { token, body: { label: 'Main', apiKey: 'demo-12345' }, headers: once });
    const answer = await api.call('POST', path, { token, body, headers: once });
    expect([answer.status, problemOf(answer)]).toEqual([422, 'idempotency-key-reused']);
  });

  it('another member never sees the answer, which may hold a token', async () => {
    const { platform, api, owner, instanceId } = await createRunningInstance();
    const request = { body: { label: 'n8n' }, headers: once };
    const path = `/v1/instances/${instanceId}/tokens`;
    const first = await api.call('POST', path, { ...request, token: owner.token });
    const other = await tokenFor(platform, owner.workspaceId, 'member');
    const second = await api.call('POST', path, { ...request, token: other });
    expect(second.status).toBe(422);
    expect(second.text).not.toContain(first.json.token);
  });
});

it('of requests at the same time one changes something, the others wait or repeat its answer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 8 }), fc.scheduler(), async (count, scheduler) => {
      const { platform, api } = createApi();
      const { token } = await signUp(api);
      const keyId = await createKey(api, token);
      platform.instances.create = scheduler.scheduleFunction(platform.instances.create.bind(platform.instances));
      platform.idempotency.claim = scheduler.scheduleFunction(platform.idempotency.claim.bind(platform.idempotency));
      platform.idempotency.complete = scheduler.scheduleFunction(platform.idempotency.complete.bind(platform.idempotency));
      const requests = Array.from({ length: count }, () =>
        api.call('POST', '/v1/instances', { token, body: { name: 'One', keyId }, headers: once }),
      );
      const answers = await scheduler.waitFor(Promise.all(requests));
      const created = answers.filter((answer) => answer.status === 201);
      expect(new Set(created.map((answer) => answer.json.id)).size).toBe(1);
      for (const answer of answers) {
        if (answer.status === 201) continue;
        expect([answer.status, problemOf(answer), answer.headers['retry-after']]).toEqual([409, 'idempotency-in-progress', '1']);
      }
      expect((await platform.instances.listAll({ limit: 100 })).items).toHaveLength(1);
    }),
    { numRuns: 30 },
  );
});

it('an answer that cannot be remembered is still given', async () => {
  const { platform, api } = createApi();
  const { token } = await signUp(api);
  vi.spyOn(platform.idempotency, 'complete').mockRejectedValue(new Error('down'));
  const answer = await api.call('POST', '/v1/keys', { token, body: { label: 'Main', apiKey: 'demo-12345' }, headers: once });
  expect(answer.status).toBe(201);
  expect(platform.logger.entries).toHaveLength(1);
});
