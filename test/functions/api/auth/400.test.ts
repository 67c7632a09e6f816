import { expect, it } from 'vitest';
import { createApi, errorsOf } from '../api-client.ts';

it.each([
  ['no e-mail', { password: 'a long pass phrase' }, ['email: is required']],
  ['no address', { email: 'ada', password: 'a long pass phrase' }, ['email: must be an e-mail address']],
  [
    'a long address',
    { email: `${'a'.repeat(250)}@example.com`, password: 'a long pass phrase' },
    ['email: must have at most 254 characters'],
  ],
  ['a short password', { email: 'ada@example.com', password: '123456789' }, ['password: must have at least 10 characters']],
  ['a long password', { email: 'ada@example.com', password: 'x'.repeat(201) }, ['password: must have at most 200 characters']],
  [
    'the address as password',
    { email: 'ada@example.com', password: 'Ada@example.com' },
    ['password: must not be the e-mail address'],
  ],
  [
    'a name with a control character',
    { email: 'ada@example.com', password: 'a long pass phrase', name: 'a\u0007' },
    ['name: must not contain control characters'],
  ],
])('sign-up with %s', async (_what, body, expected) => {
  const { platform, api } = createApi();
  const answer = await api.call('POST', '/v1/auth/sign-up', { body });
  expect([answer.status, errorsOf(answer)]).toEqual([400, expected]);
  expect(await platform.accounts.hasAccounts()).toBe(false);
});
