import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { echo, type InstanceFixture, post, type RouterFixture, send, startRouter, toolCall } from './fixture.ts';

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

  it.each(['messages', 'messages/'])('passes the session of /%s on', async (door) => {
    const answer = await post(`${fixture.url(instance, door)}?sessionId=abc%2F1&x=2`, instance.token, toolCall(1));
    expect(answer.status).toBe(200);
    expect(instance.seen.at(-1)?.url).toBe('/messages?sessionId=abc%2F1');
  });

  it.each(['sse', 'sse/', 'mcp'])('opens GET /%s', async (door) => {
    expect((await send(fixture.url(instance, door), { token: instance.token })).status).toBe(200);
    expect(instance.seen.at(-1)?.method).toBe('GET');
  });

  it('passes DELETE /mcp on', async () => {
    expect((await send(fixture.url(instance, 'mcp'), { method: 'DELETE', token: instance.token })).status).toBe(200);
    expect(instance.seen.at(-1)?.method).toBe('DELETE');
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

  it('answers OPTIONS itself, and without a list of origins allows none', async () => {
    const before = instance.seen.length;
    const answer = await send(fixture.url(instance, 'mcp'), { method: 'OPTIONS', headers: { Origin: 'https://app.example' } });
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

  it('names the request in every answer and takes over a usable name', async () => {
    const own = await post(fixture.url(instance, 'mcp'), instance.token, toolCall(1));
    expect(own.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(instance.seen.at(-1)?.headers['x-request-id']).toBe(own.headers['x-request-id']);
    const named = await post(fixture.url(instance, 'mcp'), undefined, toolCall(1), { 'X-Request-Id': 'client-1' });
    expect(named.headers['x-request-id']).toBe('client-1');
    const unusable = await post(fixture.url(instance, 'mcp'), undefined, toolCall(1), { 'X-Request-Id': 'a b"' });
    expect(unusable.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
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
