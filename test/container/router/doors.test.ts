import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  collect,
  echo,
  eventually,
  type InstanceFixture,
  open,
  post,
  type RouterFixture,
  send,
  startRouter,
  toolCall,
} from './fixture.ts';

describe('the doors', () => {
  let fixture: RouterFixture;
  let instance: InstanceFixture;
  beforeAll(async () => {
    fixture = await startRouter();
    instance = await fixture.addInstance(echo);
  });
  afterAll(() => fixture.close());

  it.each(['mcp', 'mcp/'])('serves a call at /%s, without a redirect', async (door) => {
    const answer = await post(fixture.url(instance, door), instance.token, toolCall(1));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ jsonrpc: '2.0', id: 1, result: { ok: true } });
    expect(instance.seen.at(-1)?.url).toBe('/mcp');
  });

  it.each(['messages', 'messages/'])('takes what is posted at /%s for the session of the stream', async (door) => {
    const streaming = await fixture.addInstance((request, response) => {
      if (request.method === 'POST') response.writeHead(202).end('Accepted');
      else {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.write('event: endpoint\ndata: /messages?sessionId=abc%2F1\n\n');
      }
    });
    const stream = collect(await open(fixture.url(streaming, `sse${door.endsWith('/') ? '/' : ''}`), { token: streaming.token }));
    await stream.waitFor('endpoint');
    const query = /data: \S+(\?\S+)/.exec(stream.text)?.[1];
    const answer = await post(`${fixture.url(streaming, door)}${query}&x=2`, streaming.token, toolCall(1));
    expect(answer.status).toBe(202);
    await eventually(() => streaming.seen.length === 2, 'the message to arrive');
    expect(streaming.seen.map(({ url }) => url)).toEqual(['/sse', '/messages?sessionId=abc%2F1']);
  });

  it('opens GET /mcp', async () => {
    expect((await send(fixture.url(instance, 'mcp'), { token: instance.token })).status).toBe(200);
    expect(instance.seen.at(-1)?.method).toBe('GET');
  });

  it('passes DELETE /mcp on: the instance says what is missing where it names no session', async () => {
    const strict = await fixture.addInstance((_request, response) => response.writeHead(400).end());
    expect((await send(fixture.url(strict, 'mcp'), { method: 'DELETE', token: strict.token })).status).toBe(400);
    expect(strict.seen.at(-1)?.method).toBe('DELETE');
  });

  it.each([
    ['POST', 'sse', 'GET, OPTIONS'],
    ['GET', 'messages', 'POST, OPTIONS'],
    ['PUT', 'mcp', 'GET, POST, DELETE, OPTIONS'],
    ['HEAD', 'mcp', 'GET, POST, DELETE, OPTIONS'],
  ])('answers %s /%s with 405 and Allow: %s', async (method, door, allow) => {
    const answer = await send(fixture.url(instance, door), { method, token: instance.token });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe(allow);
  });

  it('answers OPTIONS itself', async () => {
    const before = instance.seen.length;
    const answer = await send(fixture.url(instance, 'mcp'), { method: 'OPTIONS' });
    expect(answer.status).toBe(204);
    expect(answer.headers.allow).toBe('GET, POST, DELETE, OPTIONS');
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(instance.seen.length).toBe(before);
  });

  it.each(['', 'healthz', 'mcp/x', 'mcp//', 'MCP', '../mcp', '%6dcp'])('answers 404 at /%s', async (door) => {
    const { hostname, port } = new URL(fixture.base);
    const raw = await rawStatus(hostname, Number(port), `/i/${instance.id}/${door}`);
    expect(raw).toBe(404);
  });

  it.each(['/', '/i', '/i/', '/i//mcp', '/v1/instances', '/x/i/'])('answers 404 at %s', async (path) => {
    const answer = await send(fixture.base + path, { token: instance.token });
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.text)).toMatchObject({
      jsonrpc: '2.0',
      id: null,
      error: { data: { reason: 'unknown_door', retry: false } },
    });
  });

  it.each([
    ['bearer alone', true, false],
    ['X-API-Key alone', false, true],
    ['both, where they are the same', true, true],
  ])('take the token as %s', async (_name, asBearer, asApiKey) => {
    const headers = asApiKey ? { 'X-API-Key': instance.token } : {};
    const answer = await post(fixture.url(instance, 'mcp'), asBearer ? instance.token : undefined, toolCall(1), headers);
    expect(answer.status).toBe(200);
  });

  it('refuse two different tokens', async () => {
    const other = fixture.addToken(instance).token;
    const answer = await post(fixture.url(instance, 'mcp'), instance.token, toolCall(1), { 'X-API-Key': other });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text).error.data.reason).toBe('credentials_differ');
  });

  it.each(['a b', 'é', 'x'.repeat(2_049)])('refuse what cannot be the id of a session: %#', async (id) => {
    const headers = { 'Mcp-Session-Id': Buffer.from(id).toString('latin1') };
    const answer = await post(fixture.url(instance, 'mcp'), instance.token, toolCall(1), headers);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text).error.data.reason).toBe('session_id_malformed');
  });

  it('refuse a GET that brings a body', async () => {
    const answer = await send(fixture.url(instance, 'mcp'), { token: instance.token, body: toolCall(1) });
    expect(JSON.parse(answer.text).error.data.reason).toBe('body_not_expected');
  });

  it('names the request in every answer and takes over a usable name', async () => {
    const own = await post(fixture.url(instance, 'mcp'), instance.token, toolCall(1));
    expect(own.headers['x-request-id']).toMatch(/^[0-9a-f]{24}-[0-9a-z]+$/);
    expect(instance.seen.at(-1)?.headers['x-request-id']).toBe(own.headers['x-request-id']);
    const named = await post(fixture.url(instance, 'mcp'), undefined, toolCall(1), { 'X-Request-Id': 'client-1' });
    expect(named.headers['x-request-id']).toBe('client-1');
    const unusable = await post(fixture.url(instance, 'mcp'), undefined, toolCall(1), { 'X-Request-Id': 'a b"' });
    expect(unusable.headers['x-request-id']).toMatch(/^[0-9a-f]{24}-[0-9a-z]+$/);
  });
});

/** Sends the path as it is, which URL parsers would clean up. */
async function rawStatus(host: string, port: number, path: string): Promise<number> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, path, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end();
  });
}
