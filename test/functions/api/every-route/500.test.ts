import { expect, it, vi } from 'vitest';
import { createApi, createRunningInstance, problemOf, signUp, smartleadKey } from '../api-client.ts';

it('an unexpected failure tells the caller nothing but the request id', async () => {
  const { platform, api } = createApi();
  const { token } = await signUp(api);
  vi.spyOn(platform.keys, 'create').mockRejectedValue(
    Object.assign(new Error(`insert failed for ("${smartleadKey}") at https://server.example/?api_key=${smartleadKey}&x=1`), {
      code: '23505',
    }),
  );
  const answer = await api.call('POST', '/v1/keys', { token, body: { label: 'Main account', apiKey: smartleadKey } });
  expect([answer.status, problemOf(answer)]).toEqual([500, 'internal-error']);
  expect(answer.json.instance).toBe('urn:smartlead-mcp:request:test-request-0001');
  expect(answer.text).not.toContain('insert');

  const [entry] = platform.logger.entries;
  expect(entry).toMatchObject({
    level: 'error',
    fields: { requestId: 'test-request-0001', operation: 'createKey', code: '23505', error: 'Error' },
  });
  expect(JSON.stringify(platform.logger.entries)).not.toContain(smartleadKey);
});

it('tokens and passwords that an error quotes do not reach the log', async () => {
  const { platform, api, owner } = await createRunningInstance();
  const secret = 'correct horse battery';
  vi.spyOn(platform.accounts, 'findCredentials').mockRejectedValue(new Error(`bad value ${secret} for ${owner.token}`));
  const answer = await api.call('POST', '/v1/auth/sign-in', {
    token: owner.token,
    refreshToken: owner.refreshToken,
    body: { email: 'ada@example.com', password: secret },
  });
  expect(answer.status).toBe(500);
  expect(platform.logger.entries).toHaveLength(1);
  expect(JSON.stringify(platform.logger.entries)).not.toContain(secret);
  expect(JSON.stringify(platform.logger.entries)).not.toContain(owner.token);
});

it('what is thrown need not be an error', async () => {
  const { platform, api, owner } = await createRunningInstance();
  vi.spyOn(platform.keys, 'list').mockRejectedValue('text');
  expect((await api.call('GET', '/v1/keys', { token: owner.token })).status).toBe(500);
});

it('a key that an error quotes inside a URL does not reach the log', async () => {
  const { platform, api } = createApi();
  const { token } = await signUp(api);
  const apiKey = 'demo-a+b/c=d&"e';
  const spellings = [encodeURIComponent(apiKey), new URLSearchParams({ apiKey }).toString().slice('apiKey='.length)];
  vi.spyOn(platform.keys, 'create').mockRejectedValue(new Error(`bad URL https://x.example/?k=${spellings.join('&other=')}`));
  expect((await api.call('POST', '/v1/keys', { token, body: { label: 'Main', apiKey } })).status).toBe(500);
  const logged = JSON.stringify(platform.logger.entries);
  expect(logged).toContain('bad URL');
  for (const spelling of spellings) expect(logged).not.toContain(spelling);
});
