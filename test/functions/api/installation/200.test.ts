import { expect, it } from 'vitest';
import { createApiHandler } from '../../../../functions/api/resources.ts';
import { ApiClient, createApi, signUp } from '../api-client.ts';

it('tells anybody what the sign-up page needs', async () => {
  const { platform, api } = createApi();
  const answer = await api.call('GET', '/v1/installation');
  expect([answer.status, answer.json]).toEqual([
    200,
    { scale: 'single', sandbox: true, signUps: 'open', hasAccounts: false, version: '1.2.3' },
  ]);
  await signUp(api);
  platform.settings.signUpsOpen = false;
  expect((await api.call('GET', '/v1/installation')).json).toMatchObject({ signUps: 'closed', hasAccounts: true });
});

it('the first account can always sign up', async () => {
  const { platform, api } = createApi();
  platform.settings.signUpsOpen = false;
  expect((await api.call('GET', '/v1/installation')).json.signUps).toBe('open');
});

it('where an identity provider signs people up, it knows no exception for the first one', async () => {
  const { platform } = createApi();
  platform.settings.signUpsOpen = false;
  const api = new ApiClient(createApiHandler({ ...platform, localSignIn: null }));
  expect((await api.call('GET', '/v1/installation')).json).toMatchObject({ signUps: 'closed', hasAccounts: false });
});
