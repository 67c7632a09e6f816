import { expect, it } from 'vitest';
import { createApiHandler } from '../../../../functions/api/resources.ts';
import { createInMemoryPlatform } from '../../in-memory/platform.ts';
import { ApiClient } from '../api-client.ts';
import { allRoutes, validBody } from '../every-route/requests.ts';

it('where an identity provider signs people in, there are no sessions here', async () => {
  const api = new ApiClient(createApiHandler({ ...createInMemoryPlatform(), localSignIn: null }));
  for (const route of allRoutes.filter(({ path }) => path.startsWith('/v1/auth/'))) {
    const answer = await api.call('POST', route.path, { body: validBody(route.operationId) });
    expect([route.operationId, answer.status]).toEqual([route.operationId, 404]);
  }
});
