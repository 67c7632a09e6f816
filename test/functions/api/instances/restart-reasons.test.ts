import { expect, it } from 'vitest';
import { createRunningInstance } from '../api-client.ts';

it('a restart says why: changed settings, or the log of arguments', async () => {
  const { platform, api, owner, instanceId } = await createRunningInstance();
  const path = `/v1/instances/${instanceId}`;
  await api.call('PATCH', path, { token: owner.token, body: { policy: 'full' } });
  await api.call('POST', `${path}/argument-logging`, { token: owner.token, body: {} });
  await api.call('DELETE', `${path}/argument-logging`, { token: owner.token });
  expect(platform.lifecycle.reasons).toEqual([
    'It takes its changed settings.',
    'It restarts to log arguments.',
    'It restarts to log arguments no more.',
  ]);
});
