import { describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import { createInstance, createKey, createRunningInstance, problemOf, signUp } from '../api-client.ts';
import { allRoutes, pathOf, validBody } from './requests.ts';

const withIdentifier = allRoutes.filter((route) => route.params !== undefined);

it('there are routes to test', () => {
  expect(withIdentifier.length).toBeGreaterThanOrEqual(14);
});

// What operators deal with belongs to no workspace.
const ofWorkspaces = withIdentifier.filter(({ access }) => access !== 'operator');

describe.each(ofWorkspaces.map((route) => [route.operationId, route] as const))('%s', (operationId, route) => {
  it('answers 404 for what belongs to another workspace, and leaves it alone', async () => {
    const { platform, api, owner, keyId, instanceId } = await createRunningInstance();
    const created = await api.call('POST', `/v1/instances/${instanceId}/tokens`, { token: owner.token, body: { label: 'a' } });
    const stranger = await signUp(api, 'mallory@example.com');
    const before = JSON.stringify(await platform.instances.findById(instanceId));
    const answer = await api.call(route.method, pathOf(route, { key: keyId, instance: instanceId, token: created.json.id }), {
      token: stranger.token,
      body: validBody(operationId, keyId),
    });
    expect([answer.status, problemOf(answer)]).toEqual([404, 'not-found']);
    expect(JSON.stringify(await platform.instances.findById(instanceId))).toBe(before);
    expect(await platform.keys.find(owner.workspaceId, keyId)).toBeDefined();
    expect((await platform.instanceTokens.list(instanceId, { limit: 10 })).items).toHaveLength(1);
    expect(platform.lifecycle.requests).toEqual([]);
  });
});

describe.each(withIdentifier.map((route) => [route.operationId, route] as const))('%s', (operationId, route) => {
  it('answers 404 for what does not exist, and for what cannot exist', async () => {
    const { api, owner } = await createRunningInstance();
    for (const id of [createIdentifier('key'), createIdentifier('instance'), 'nonsense', "'--", '%2e%2e', 'x'.repeat(2000)]) {
      const answer = await api.call(route.method, pathOf(route, { key: id, instance: id, alertRule: id }), {
        token: owner.token,
        body: validBody(operationId),
      });
      expect([id, answer.status]).toEqual([id, 404]);
    }
  });
});

it('an instance cannot be made with the key of another workspace', async () => {
  const { platform, api, keyId } = await createRunningInstance();
  const stranger = await signUp(api, 'mallory@example.com');
  const created = await api.call('POST', '/v1/instances', { token: stranger.token, body: { name: 'a', keyId } });
  expect([created.status, created.json.errors[0].path]).toEqual([404, 'keyId']);
  const own = await createInstance(api, stranger.token, await createKey(api, stranger.token));
  const changed = await api.call('PATCH', `/v1/instances/${own}`, { token: stranger.token, body: { keyId } });
  expect(changed.status).toBe(404);
  expect((await platform.instances.findById(own))?.keyId).not.toBe(keyId);
});

it('a token of one instance cannot be deleted through another', async () => {
  const { platform, api, owner, keyId, instanceId } = await createRunningInstance();
  const other = await createInstance(api, owner.token, keyId);
  const created = await api.call('POST', `/v1/instances/${instanceId}/tokens`, { token: owner.token, body: { label: 'a' } });
  const answer = await api.call('DELETE', `/v1/instances/${other}/tokens/${created.json.id}`, { token: owner.token });
  expect(answer.status).toBe(404);
  expect(platform.revokedTokens).toEqual([]);
});

it('unknown paths are 404 problems', async () => {
  const { api, owner } = await createRunningInstance();
  for (const path of ['/v1', '/v1/nothing', '/v1/keys/a/b/c', '/v2/keys', '/v1/openapiXjson']) {
    const answer = await api.call('GET', path, { token: owner.token });
    expect([path, answer.status, problemOf(answer)]).toEqual([path, 404, 'not-found']);
  }
});
