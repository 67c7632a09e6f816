import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../../container/instance/catalogue/catalogue.ts';
import { interpretAnswer } from '../../../container/instance/smartlead/answer.ts';
import { createRedactor, mayHoldSecrets, removeSecrets } from '../../../container/instance/smartlead/secret-removal.ts';
import { apiKey, callTool, connectClient, type RunningInstance, startInstance, token } from './start-instance.ts';

describe('the API key and the token', () => {
  let running: RunningInstance;
  beforeAll(async () => {
    running = await startInstance();
  });
  afterAll(() => running.close());

  const forms = [
    apiKey,
    encodeURIComponent(apiKey),
    encodeURI(apiKey),
    JSON.stringify(apiKey).slice(1, -1),
    new URLSearchParams({ a: apiKey }).toString().slice(2),
  ];
  const escaped = [...apiKey].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

  it('never come back, wherever Smartlead puts the key', async () => {
    const client = await connectClient(running.url);
    const seen: string[] = [];
    const bodies = [
      ...forms.map((form) =>
        JSON.stringify({ url: `https://server.smartlead.ai/api/v1/campaigns/?api_key=${form}`, [form]: [form] }),
      ),
      `{"echo": "${escaped}", "${escaped}": 1}`,
      ...forms.map((form) => `Cannot GET /api/v1/campaigns/?api_key=${form}`),
    ];
    for (const body of bodies) {
      for (const status of [200, 400, 401, 404, 500]) {
        running.stub.answer = () => ({
          status,
          body,
          headers: { 'content-type': body.startsWith('{') ? 'application/json' : 'text/plain' },
        });
        seen.push(JSON.stringify(await callTool(client, 'campaigns_get_all')));
      }
    }
    running.stub.answer = () => ({ drop: true });
    seen.push(JSON.stringify(await callTool(client, 'campaigns_get_all')));
    const metrics = await fetch(`${running.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    seen.push(await metrics.text(), running.log());
    await client.close();
    expect(seen.at(-1)).toContain('"tool":"campaigns_get_all"');
    for (const text of seen) {
      for (const form of [...forms, escaped, JSON.stringify(JSON.stringify(apiKey)).slice(3, -3), token])
        expect(text).not.toContain(form);
      expect(text).not.toContain('api_key=demo');
    }
  });
});

describe('credentials in answers', () => {
  it('are taken out at any depth: passwords whole, keys of clients but for their last four characters', () => {
    const answer = {
      data: [
        {
          id: 1,
          password: 'p1',
          imap_password: 'p2',
          smtp_password: 'p3',
          Password: 'p4',
          nested: { smtpPassword: 'p5', username: 'u' },
        },
        { api_key: 'cl_live_abcdefghijkl1234', apiKey: 'short', api_key_name: 'stays' },
      ],
    };
    expect(removeSecrets(answer, (text) => text)).toEqual({
      data: [
        { id: 1, nested: { username: 'u' } },
        { api_key: '…1234', apiKey: '[removed]', api_key_name: 'stays' },
      ],
    });
  });

  it('are looked for in every text, but not for a key that is too short to be one', () => {
    expect(createRedactor('abcdef')('x abcdef y abcdef')).toBe('x [removed] y [removed]');
    expect(createRedactor('a')('a banana')).toBe('a banana');
  });
});

describe('answers of every operation', () => {
  const redact = createRedactor(apiKey);
  const interpret = (id: string, body: unknown) => {
    const operation = operations.find((candidate) => candidate.id === id);
    if (operation === undefined) throw new Error(`There is no operation ${id}`);
    return interpretAnswer(operation, { status: 200, headers: {}, text: JSON.stringify(body) }, redact);
  };
  const secretNames = [
    'password',
    'imap_password',
    'smtpPassword',
    'Password',
    'token',
    'access_token',
    'refresh_token',
    'client_secret',
    'secret_key',
  ];

  it('hold no password, no token and not our key, wherever they stand', () => {
    const secret = 'S3cr3t-to-look-for';
    const leaf = fc.constantFrom<unknown>(apiKey, `x${apiKey}`, encodeURIComponent(apiKey), 'text', 1, null);
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('data', 'id', 'a', apiKey), tie('tree'), { maxKeys: 3 }),
        fc.tuple(fc.constantFrom(...secretNames), tie('tree')).map(([name, inner]) => ({ [name]: secret, inner })),
      ),
    }));
    fc.assert(
      fc.property(fc.constantFrom(...operations), tree, (operation, body) => {
        const text = JSON.stringify(interpret(operation.id, [body]));
        for (const forbidden of [secret, apiKey, encodeURIComponent(apiKey)]) expect(text).not.toContain(forbidden);
      }),
      { numRuns: 500 },
    );
  });

  it.each(secretNames)('lose %s also where its name is written with escapes', (name) => {
    const escaped = [...name].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
    expect(mayHoldSecrets(`{"${name}":"x"}`)).toBe(true);
    expect(mayHoldSecrets(`{"${escaped}":"x"}`)).toBe(true);
  });

  it('keep flags and times about secrets', () => {
    const body = { id: 1, has_password: true, password_updated_at: '2026-01-01', is_token_valid: true };
    expect(interpret('email-accounts/get-by-id', body)).toEqual(body);
  });

  it('hand out keys of clients only where that is what they are for, and never our own', () => {
    const key = 'cl_live_abcdefghijkl1234';
    for (const id of ['clients/list-api-keys', 'clients/create-api-key', 'clients/reset-api-key', 'clients/save']) {
      expect(interpret(id, { ok: true, data: { id: 1, api_key: key } })).toEqual({ ok: true, data: { id: 1, api_key: key } });
      expect(JSON.stringify(interpret(id, { ok: true, data: { id: 1, api_key: apiKey } }))).not.toContain(apiKey);
    }
    expect(interpret('clients/get-all', [{ id: 1, api_key: key }])).toEqual([{ id: 1, api_key: '…1234' }]);
    expect(interpret('email-accounts/get-all', [{ id: 1, api_key: key }])).toEqual([{ id: 1, api_key: '…1234' }]);
    expect(interpret('smart-senders/order-details', { data: { id: 1, email_accounts: [{ password: 'p' }] } })).toEqual({
      data: { id: 1, email_accounts: [{}] },
    });
    expect(interpret('smart-senders/get-otp', { ok: true, data: { otp: '847192' } })).toEqual({
      ok: true,
      data: { otp: '847192' },
    });
  });
});
