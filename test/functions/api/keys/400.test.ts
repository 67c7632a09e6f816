import { expect, it } from 'vitest';
import { createApi, createKey, errorsOf, signUp } from '../api-client.ts';

it.each([
  ['empty', ' \n ', 'is empty; paste the API key from your Smartlead settings'],
  ['two words', 'demo-abc def', 'has white space inside; paste the key alone, on one line'],
  ['two lines', 'demo-abc\ndemo-def', 'has white space inside; paste the key alone, on one line'],
  ['a control character', 'demo-\u0000abc', 'has characters that no Smartlead API key has; copy it again'],
  ['an invisible character', 'demo-\u200babc', 'has characters that no Smartlead API key has; copy it again'],
  ['a letter beyond ASCII', 'demo-schlüssel', 'has characters that no Smartlead API key has; copy it again'],
  ['too long', `demo-${'x'.repeat(500)}`, 'is too long for a Smartlead API key'],
])('a key that is %s is refused without asking Smartlead', async (_what, apiKey, message) => {
  const { platform, api } = createApi();
  const { token } = await signUp(api);
  const existing = await createKey(api, token);
  const created = await api.call('POST', '/v1/keys', { token, body: { label: 'Main', apiKey } });
  const rotated = await api.call('POST', `/v1/keys/${existing}/rotate`, { token, body: { apiKey } });
  for (const answer of [created, rotated]) expect([answer.status, errorsOf(answer)]).toEqual([400, [`apiKey: ${message}`]]);
  expect(platform.smartleadKeyChecker.checked).toHaveLength(1);
});
