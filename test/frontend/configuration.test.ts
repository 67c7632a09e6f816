import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadConfiguration, readConfiguration } from '../../frontend/app/configuration.ts';

const pool = { kind: 'cognito', region: 'eu-central-1', userPoolId: 'eu-central-1_abc', clientId: 'client' };
const selfHosted = { apiUrl: '', signIn: { kind: 'local' } };

describe('the configuration beside the dashboard', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('says where the API is and where people sign in', () => {
    const signIn = { ...pool, endpoint: 'http://127.0.0.1:4566' };
    expect(readConfiguration({ apiUrl: 'https://api.example.com/', signIn })).toEqual({
      apiUrl: 'https://api.example.com',
      signIn,
    });
    expect(readConfiguration(selfHosted)).toEqual(selfHosted);
  });

  it.each([
    ['the file', undefined],
    ['the file', []],
    ['apiUrl', { signIn: pool }],
    ['apiUrl', { apiUrl: 'api.example.com', signIn: pool }],
    ['signIn', { apiUrl: '' }],
    ['signIn.kind', { apiUrl: '', signIn: { kind: 'saml' } }],
    ['signIn.clientId', { apiUrl: '', signIn: { ...pool, clientId: '' } }],
    ['userPoolId', { apiUrl: '', signIn: { ...pool, userPoolId: 7 } }],
  ])('names what is wrong: %s', (name, content) => {
    expect(() => readConfiguration(content)).toThrow(`In its config.json, ${name} is missing or not right.`);
  });

  it.each([
    ['404', new Response('Not Found', { status: 404 })],
    ['the page for unknown addresses', new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } })],
  ])('means a self-hosted service where it is not there: %s', async (_how, answer) => {
    vi.stubGlobal('fetch', async () => answer);
    expect(await loadConfiguration()).toEqual(selfHosted);
  });

  it.each([
    ['no answer', () => Promise.reject(new TypeError('Failed to fetch')), 'unreachable'],
    ['a server error', async () => new Response('', { status: 502 }), 'configuration'],
    ['no JSON', async () => new Response('{', { headers: { 'content-type': 'application/json' } }), 'configuration'],
  ])('never means one where it may be there: %s', async (_how, answer, type) => {
    vi.stubGlobal('fetch', answer);
    await expect(loadConfiguration()).rejects.toMatchObject({ name: 'ApiProblem', type });
  });
});
