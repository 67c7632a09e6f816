import { expect, it } from 'vitest';
import { type ApiClient, createApi, password, problemOf, signUp } from '../api-client.ts';

function signIn(api: ApiClient, email: string, given: string, address = '192.0.2.1') {
  return api.call('POST', '/v1/auth/sign-in', { body: { email, password: given }, address });
}

it('after too many failures from one network an account waits there, also with the right password', async () => {
  const { platform, api } = createApi();
  await signUp(api);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    expect((await signIn(api, 'ada@example.com', 'wrong')).status).toBe(401);
  }
  const answer = await signIn(api, 'ada@example.com', password);
  expect([answer.status, problemOf(answer), answer.headers['retry-after'], answer.json.retryAfter]).toEqual([
    429,
    'rate-limited',
    '900',
    900,
  ]);
  platform.clock.advance(900_000);
  expect((await signIn(api, 'ada@example.com', password)).status).toBe(200);
});

it('strangers cannot lock an account out: its owner signs in from elsewhere', async () => {
  const { api } = createApi();
  await signUp(api);
  for (let attempt = 0; attempt < 8; attempt += 1) await signIn(api, 'ada@example.com', 'wrong', '203.0.113.9');
  expect((await signIn(api, 'ada@example.com', 'wrong', '203.0.113.9')).status).toBe(429);
  expect((await signIn(api, 'ada@example.com', password, '198.51.100.1')).status).toBe(200);
  expect((await signIn(api, 'ada@example.com', password, '203.0.113.9')).status).toBe(429);
});

it('guesses from many networks meet a ceiling of the account, which a success does not lower', async () => {
  const { api } = createApi();
  await signUp(api);
  await signUp(api, 'bob@example.com');
  for (let attempt = 0; attempt < 29; attempt += 1) {
    expect((await signIn(api, 'ada@example.com', 'wrong', `192.0.2.${attempt}`)).status).toBe(401);
  }
  expect((await signIn(api, 'ada@example.com', password, '198.51.100.1')).status).toBe(200);
  expect((await signIn(api, 'ada@example.com', password, '198.51.100.1')).status).toBe(429);
  expect((await signIn(api, 'bob@example.com', password, '198.51.100.1')).status).toBe(200);
});

it('a success forgets the failures before it', async () => {
  const { api } = createApi();
  await signUp(api);
  for (let round = 0; round < 3; round += 1) {
    for (let attempt = 0; attempt < 4; attempt += 1) {
      expect([attempt, (await signIn(api, 'ada@example.com', 'wrong')).status]).toEqual([attempt, 401]);
    }
    expect([round, (await signIn(api, 'ada@example.com', password)).status]).toEqual([round, 200]);
  }
});

it('one address cannot try many accounts, and an account of its own does not help it', async () => {
  const { api } = createApi();
  await signUp(api);
  for (let attempt = 0; attempt < 10; attempt += 1) {
    expect((await signIn(api, `victim${attempt}@example.com`, 'wrong')).status).toBe(401);
    expect((await signIn(api, 'ada@example.com', password)).status).toBe(200);
  }
  expect((await signIn(api, 'victim@example.com', 'wrong')).status).toBe(429);
  expect((await signIn(api, 'victim@example.com', 'wrong', '198.51.100.1')).status).toBe(401);
});

it('all addresses of an IPv6 network count together', async () => {
  const { api } = createApi();
  for (let attempt = 0; attempt < 20; attempt += 1) {
    expect((await signIn(api, `a${attempt}@example.com`, 'wrong', `2001:db8:1:2::${attempt}`)).status).toBe(401);
  }
  expect((await signIn(api, 'a@example.com', 'wrong', '2001:db8:1:2:ffff::1')).status).toBe(429);
  expect((await signIn(api, 'a@example.com', 'wrong', '2001:db8:1:3::1')).status).toBe(401);
});

it('sign-ups are limited per address too', async () => {
  const { api } = createApi();
  for (let attempt = 0; attempt < 50; attempt += 1) await signUp(api, `a${attempt}@example.com`);
  const answer = await api.call('POST', '/v1/auth/sign-up', { body: { email: 'one@example.com', password } });
  expect([answer.status, problemOf(answer)]).toEqual([429, 'rate-limited']);
});
