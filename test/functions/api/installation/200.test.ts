import { expect, it } from 'vitest';
import { createApi, signUp } from '../api-client.ts';

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
