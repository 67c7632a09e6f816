import { expect, it } from 'vitest';
import { createApi, signUp } from '../api-client.ts';

it('stores a key that Smartlead accepts, and shows only its end', async () => {
  const { platform, api } = createApi();
  const { token, workspaceId } = await signUp(api);
  const answer = await api.call('POST', '/v1/keys', { token, body: { label: ' Main account ', apiKey: '  demo-abcdef-1234\n' } });
  expect([answer.status, answer.json]).toEqual([
    201,
    {
      id: expect.stringMatching(/^key_/),
      label: 'Main account',
      last4: '1234',
      status: 'valid',
      createdAt: '2026-11-22T08:00:00.000Z',
      rotatedAt: null,
    },
  ]);
  expect(platform.smartleadKeyChecker.checked).toEqual(['demo-abcdef-1234']);
  const key = await platform.keys.find(workspaceId, answer.json.id);
  expect(key?.secret.name).toBe(`smartlead-key/${answer.json.id}`);
  expect(await platform.secrets.get(key?.secret ?? { name: '', version: 0 })).toBe('demo-abcdef-1234');
});
