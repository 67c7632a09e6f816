import { expect, it } from 'vitest';
import { createApi, problemOf } from '../api-client.ts';
import { allRoutes, pathOf } from './requests.ts';

it('a known path with another method is 405 and names the methods it takes', async () => {
  const { api } = createApi();
  for (const path of new Set(allRoutes.map((route) => route.path))) {
    const route = allRoutes.find((candidate) => candidate.path === path);
    if (route === undefined) throw new Error('unreachable');
    const answer = await api.call('PUT', pathOf(route));
    const methods = allRoutes.filter((candidate) => candidate.path === path).map((candidate) => candidate.method);
    expect([path, answer.status, problemOf(answer)]).toEqual([path, 405, 'method-not-allowed']);
    expect(answer.headers.allow).toBe(methods.join(', '));
  }
});
