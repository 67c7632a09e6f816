import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedactor, removeSecrets } from '../../../container/instance/smartlead/secret-removal.ts';
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
