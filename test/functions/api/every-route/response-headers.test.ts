import { expect, it } from 'vitest';
import { createHandler } from '../../../../functions/api/create-handler.ts';
import { apiResources } from '../../../../functions/api/resources.ts';
import { apiEvent, createApi, createRunningInstance } from '../api-client.ts';

const always = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-request-id': 'test-request-0001',
};

it('successes, refusals and unknown paths carry the security headers and the request id', async () => {
  const { api, owner } = await createRunningInstance();
  for (const [path, token] of [
    ['/v1/me', owner.token],
    ['/v1/me', undefined],
    ['/v1/nothing', undefined],
  ] as const) {
    expect((await api.call('GET', path, { token })).headers).toMatchObject(always);
  }
});

it('a problem is application/problem+json, everything else application/json', async () => {
  const { api, owner } = await createRunningInstance();
  expect((await api.call('GET', '/v1/me', { token: owner.token })).headers['content-type']).toMatch(/^application\/json/);
  expect((await api.call('GET', '/v1/me')).headers['content-type']).toMatch(/^application\/problem\+json/);
});

it('each resource is one handler that is told its route by the host', async () => {
  const { platform, api, owner, instanceId } = await createRunningInstance();
  const body = { name: 'Failures', kind: 'instance_failed', emails: ['ada@example.com'] };
  const { json: rule } = await api.call('POST', '/v1/alert-rules', { token: owner.token, body });
  for (const resource of apiResources) {
    const handler = createHandler(resource, platform);
    for (const route of resource.routes.filter(({ method }) => method === 'GET')) {
      const event = {
        ...apiEvent('GET', route.path, { token: owner.token }),
        routeKey: `GET ${route.path}`,
        pathParameters: { id: resource.name === 'alert-rules' ? rule.id : instanceId },
      };
      const result = await handler(event, {});
      expect([route.operationId, result.statusCode]).toEqual([route.operationId, 200]);
    }
  }
});

it('a request id of the host that could forge a log line is replaced', async () => {
  const { platform } = createApi();
  const [installation] = apiResources;
  if (installation === undefined) throw new Error('unreachable');
  const event = apiEvent('GET', '/v1/installation');
  event.requestContext.requestId = 'a\nb c';
  const result = await createHandler(installation, platform)(event, {});
  expect(result.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
});
