import { expect, it } from 'vitest';
import { createApi, problemOf, signUp } from '../api-client.ts';

it.each(['ada@example.com', 'ADA@EXAMPLE.COM', ' ada@example.com'])('%j is taken', async (email) => {
  const { api } = createApi();
  await signUp(api);
  const answer = await api.call('POST', '/v1/auth/sign-up', { body: { email, password: 'a long pass phrase' } });
  expect([answer.status, problemOf(answer), answer.cookies]).toEqual([409, 'already-exists', []]);
});
