import { expect, it } from 'vitest';
import { createApi, problemOf, signUp } from '../api-client.ts';
import { allRoutes, pathOf } from './requests.ts';

it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonp', ''])(
  'a body of type "%s" is 415 on every route',
  async (contentType) => {
    const { api } = createApi();
    const { token } = await signUp(api);
    for (const route of allRoutes.filter(({ method }) => method !== 'GET')) {
      const answer = await api.call(route.method, pathOf(route), {
        token,
        rawBody: '{}',
        headers: { 'content-type': contentType },
      });
      expect([route.operationId, answer.status, problemOf(answer)]).toEqual([route.operationId, 415, 'unsupported-media-type']);
    }
  },
);

it('parameters and case of the type do not matter', async () => {
  const { api } = createApi();
  const { token } = await signUp(api);
  const answer = await api.call('POST', '/v1/keys', {
    token,
    body: { label: 'a', apiKey: 'demo-12345' },
    headers: { 'content-type': 'Application/JSON; charset=utf-8' },
  });
  expect(answer.status).toBe(201);
});
