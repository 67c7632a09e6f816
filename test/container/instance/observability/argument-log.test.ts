import { expect, it } from 'vitest';
import { createArgumentLog } from '../../../../container/instance/observability/argument-log.ts';

const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
const log = createArgumentLog(inAnHour, (text) => text);

it.each([
  'password',
  'smtp_password',
  'imapPass',
  'smtp_pwd',
  'passphrase',
  'api_key',
  'apiKey',
  'client_api_key',
  'X-API-Key',
  'token',
  'auth_token',
  'access_token_2',
  'webhook_secret',
  'secret',
  'private_key',
  'authorization',
  'credentials',
  'cookie',
])('what is called %s stays out of the log, at whatever depth', (name) => {
  const text = log('email_accounts_create', { list: [{ deep: { [name]: 'canary-1' } }], [name]: ['canary-2'] });
  expect(text).not.toContain('canary');
  expect(text).toContain('[removed]');
});

it.each(['campaign_id', 'bypass_limit', 'keyword', 'monkey', 'author', 'passenger'])('%s is logged', (name) => {
  expect(log('campaigns_get_all', { [name]: 'seen' })).toContain('seen');
});

it('credentials in the form of a header or of a URL stay out wherever they stand', () => {
  const text = log('webhooks_create', {
    headers: [{ name: 'x', value: 'Bearer canary-1.abc_def' }],
    url: 'https://ada:canary-2@hooks.example.com/path',
    note: 'Authorization: Basic canary3Zm9vOmJhcg==',
  });
  expect(text).not.toContain('canary');
  expect(text).toContain('hooks.example.com/path');
});
