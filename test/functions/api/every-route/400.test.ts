import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import { createApi, createRunningInstance, errorsOf, problemOf, signUp } from '../api-client.ts';
import { allRoutes, pathOf, validBody } from './requests.ts';

const withBody = allRoutes.filter((route) => route.body !== undefined);
const changing = allRoutes.filter((route) => route.method !== 'GET');

describe('malformed bodies', () => {
  it.each(['{', '{"name":}', 'undefined', '{"a":1}}', '\u0000'])('%j is malformed-json on every route', async (rawBody) => {
    const { api } = createApi();
    const { token } = await signUp(api);
    for (const route of changing) {
      const answer = await api.call(route.method, pathOf(route), { token, rawBody });
      expect([route.operationId, answer.status, problemOf(answer)]).toEqual([route.operationId, 400, 'malformed-json']);
    }
  });

  it('an empty body is malformed-json where a body is needed', async () => {
    const { api } = createApi();
    const { token } = await signUp(api);
    for (const route of withBody) {
      const answer = await api.call(route.method, pathOf(route), { token });
      expect([route.operationId, problemOf(answer)]).toEqual([route.operationId, 'malformed-json']);
    }
  });

  it('bytes that are not UTF-8 are malformed-json', async () => {
    const { platform, api } = createApi();
    const { token } = await signUp(api);
    const { createApiHandler } = await import('../../../../functions/api/resources.ts');
    const { apiEvent } = await import('../api-client.ts');
    const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString('base64');
    const event = { ...apiEvent('POST', '/v1/keys', { token, rawBody: body }), isBase64Encoded: true };
    const result = await createApiHandler(platform)(event, {});
    expect(result.statusCode).toBe(400);
  });
});

describe('fields', () => {
  it('unknown fields are refused on every route, with their path', async () => {
    const { api } = createApi();
    const { token } = await signUp(api);
    for (const route of changing) {
      const body = { ...validBody(route.operationId), surprise: 1 };
      const answer = await api.call(route.method, pathOf(route), { token, body });
      expect([route.operationId, answer.status, errorsOf(answer)]).toEqual([
        route.operationId,
        400,
        ['surprise: is not a known field'],
      ]);
    }
  });

  it('a field called __proto__ is unknown like any other', async () => {
    const { api } = createApi();
    const { token } = await signUp(api);
    const answer = await api.call('POST', '/v1/keys', {
      token,
      rawBody: '{"label":"a","apiKey":"demo-1234","__proto__":{"x":1}}',
    });
    expect(answer.status).toBe(400);
    expect(errorsOf(answer)).toEqual(['__proto__: is not a known field']);
  });

  it('a body that is not an object is refused', async () => {
    const { api } = createApi();
    const { token } = await signUp(api);
    for (const rawBody of ['[]', '"text"', '1', 'null', 'true']) {
      const answer = await api.call('POST', '/v1/keys', { token, rawBody });
      expect([rawBody, answer.status, errorsOf(answer)]).toEqual([rawBody, 400, [': must be an object']]);
    }
  });

  it('tells every fault at once', async () => {
    const { api } = createApi();
    const { token } = await signUp(api);
    const answer = await api.call('POST', '/v1/instances', {
      token,
      body: { name: '', keyId: 5, mode: 'tcp', toolsets: [], policy: 1, size: 'huge' },
    });
    expect(errorsOf(answer)).toEqual([
      'name: must not be empty',
      'keyId: must be text',
      'mode: must be "sse" or "stdio" or "both"',
      'toolsets: must have at least 1 entry',
      'policy: must be "read-only" or "standard" or "full"',
      'size: must be "small" or "medium" or "large"',
    ]);
  });

  it.each([
    ['missing', {}, 'label: is required'],
    ['a number', { label: 1 }, 'label: must be text'],
    ['null', { label: null }, 'label: must be text'],
    ['a list', { label: [] }, 'label: must be text'],
    ['an object', { label: {} }, 'label: must be text'],
    ['only white space', { label: '   ' }, 'label: must not be empty'],
    ['too long', { label: 'x'.repeat(81) }, 'label: must have at most 80 characters'],
    ['a line break', { label: 'a\nb' }, 'label: must not contain control characters'],
    ['a NUL', { label: 'a\u0000b' }, 'label: must not contain control characters'],
    ['an escape', { label: '\u001b[31mred' }, 'label: must not contain control characters'],
    ['a C1 control', { label: 'a\u0085b' }, 'label: must not contain control characters'],
    ['reversed text', { label: 'a\u202eb' }, 'label: must not contain control characters'],
    ['half a surrogate pair', { label: 'a\ud800' }, 'label: must not contain control characters'],
  ])('a label that is %s', async (_what, fields, expected) => {
    const { api, owner, instanceId } = await createRunningInstance();
    const answer = await api.call('POST', `/v1/instances/${instanceId}/tokens`, { token: owner.token, body: fields });
    expect([answer.status, problemOf(answer), errorsOf(answer)]).toEqual([400, 'invalid-input', [expected]]);
  });

  it('never quotes a value', async () => {
    const { api } = createApi();
    const { token } = await signUp(api);
    const secret = 'demo-secret-in-the-wrong-field';
    for (const body of [
      { label: 'x', apiKey: `${secret} ${secret}` },
      { label: [secret], apiKey: { key: secret } },
      { label: `${secret}${'x'.repeat(100)}`, apiKey: '' },
    ]) {
      expect((await api.call('POST', '/v1/keys', { token, body })).text).not.toContain(secret);
    }
  });

  it('any JSON at all is answered with a problem or a success, never with an internal error', async () => {
    const { platform, api, owner, instanceId } = await createRunningInstance();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...withBody), fc.json({ depthSize: 'small' }), async (route, rawBody) => {
        const path = pathOf(route, { instance: instanceId });
        const answer = await api.call(route.method, path, { token: owner.token, rawBody });
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 200 },
    );
    expect(platform.logger.entries).toEqual([]);
  });
});

describe('queries', () => {
  it.each([
    ['limit=0', 'limit: must be at least 1'],
    ['limit=101', 'limit: must be at most 100'],
    ['limit=1.5', 'limit: must be a whole number'],
    ['limit=many', 'limit: must be a number'],
    ['limit=1&limit=2', 'limit: may be given only once'],
    ['cursor=%00', 'cursor: is not a cursor of this list'],
    ['cursor=unknown', 'cursor: is not a cursor of this list'],
    ['colour=red', 'colour: is not a known field'],
  ])('%s on every list', async (query, expected) => {
    const { api, owner, keyId, instanceId } = await createRunningInstance();
    const lists = allRoutes.filter((route) => route.query !== undefined && 'cursor' in route.query.shape);
    expect(lists.length).toBeGreaterThan(5);
    for (const route of lists) {
      const path = `${pathOf(route, { key: keyId, instance: instanceId })}?${query}`;
      const answer = await api.call(route.method, path, { token: owner.token });
      expect([route.operationId, answer.status, errorsOf(answer)]).toEqual([route.operationId, 400, [expected]]);
    }
  });
});

it('an Idempotency-Key that is empty, too long or not ASCII is refused', async () => {
  const { api } = createApi();
  const { token } = await signUp(api);
  for (const key of ['', 'x'.repeat(256), 'schlüssel', 'a\tb']) {
    const answer = await api.call('POST', '/v1/keys', {
      token,
      body: { label: 'a', apiKey: 'demo-1234' },
      headers: { 'idempotency-key': key },
    });
    expect([key, answer.status, errorsOf(answer)]).toEqual([
      key,
      400,
      ['Idempotency-Key: must be 1 to 255 printable ASCII characters'],
    ]);
  }
});

it('identifiers in bodies must be identifiers', async () => {
  const { api } = createApi();
  const { token } = await signUp(api);
  for (const keyId of ['', 'key_1', createIdentifier('instance'), `${createIdentifier('key')}x`]) {
    const answer = await api.call('POST', '/v1/instances', { token, body: { name: 'a', keyId } });
    expect(errorsOf(answer)).toEqual(['keyId: must be an identifier that starts with key_']);
  }
});
