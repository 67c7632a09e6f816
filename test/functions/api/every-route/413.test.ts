import { expect, it } from 'vitest';
import { createApi, problemOf, signUp } from '../api-client.ts';
import { allRoutes, pathOf } from './requests.ts';

const megabyte = 1024 * 1024;

it('a body beyond 1 MB is 413 on every route, before it is parsed', async () => {
  const { api } = createApi();
  const { token } = await signUp(api);
  for (const route of allRoutes.filter(({ method }) => method !== 'GET')) {
    const answer = await api.call(route.method, pathOf(route), { token, rawBody: 'x'.repeat(megabyte + 1) });
    expect([route.operationId, answer.status, problemOf(answer)]).toEqual([route.operationId, 413, 'body-too-large']);
  }
});

it('bytes count, not characters', async () => {
  const { api } = createApi();
  const { token } = await signUp(api);
  const answer = await api.call('POST', '/v1/keys', { token, rawBody: JSON.stringify({ label: 'ü'.repeat(megabyte / 2) }) });
  expect(answer.status).toBe(413);
});

it('a body of exactly 1 MB is read', async () => {
  const { api } = createApi();
  const { token } = await signUp(api);
  const rawBody = `{"label":"a"${' '.repeat(megabyte - 13)}}`;
  expect(Buffer.byteLength(rawBody)).toBe(megabyte);
  expect((await api.call('POST', '/v1/keys', { token, rawBody })).status).toBe(400);
});
