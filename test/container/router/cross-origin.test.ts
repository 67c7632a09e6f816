import type { OutgoingHttpHeaders } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { post, type RouterFixture, send, startRouter, toolCall } from './fixture.ts';

let fixture: RouterFixture;
afterEach(() => fixture.close());

const reasonOf = (text: string) => JSON.parse(text).error.data.reason;

describe('with a list of allowed origins', () => {
  it('a page of one of them may preflight, ask and read, errors included', async () => {
    fixture = await startRouter({ allowedOrigins: ['https://app.example'] });
    const instance = await fixture.addInstance();
    const url = fixture.url(instance, 'mcp');
    const Origin = 'https://app.example';
    const preflight = await send(url, { method: 'OPTIONS', headers: { Origin, 'Access-Control-Request-Method': 'POST' } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({ 'access-control-allow-origin': Origin, vary: 'Origin' });
    expect(preflight.headers['access-control-allow-methods']).toContain('POST');
    expect(preflight.headers['access-control-allow-headers']).toMatch(/Authorization.*Mcp-Session-Id/);
    for (const token of [instance.token, undefined]) {
      const { headers } = await post(url, token, toolCall(1), { Origin });
      expect(headers['access-control-allow-origin']).toBe(Origin);
      expect(headers['access-control-expose-headers']).toContain('Mcp-Session-Id');
    }
    expect(instance.seen).toHaveLength(1);
  });

  it('a page of another is refused, a client without origin is not', async () => {
    fixture = await startRouter({ allowedOrigins: ['https://app.example'] });
    const instance = await fixture.addInstance();
    const url = fixture.url(instance, 'mcp');
    for (const Origin of ['https://app.example.evil', 'null', 'http://app.example']) {
      const answer = await post(url, instance.token, toolCall(1), { Origin });
      expect(answer.status).toBe(403);
      expect(reasonOf(answer.text)).toBe('origin_not_allowed');
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
    expect((await post(url, instance.token, toolCall(1))).status).toBe(200);
  });

  it('a star allows any page', async () => {
    fixture = await startRouter({ allowedOrigins: ['*'] });
    const instance = await fixture.addInstance();
    const answer = await post(fixture.url(instance, 'mcp'), instance.token, toolCall(1), { Origin: 'https://any.example' });
    expect(answer.headers['access-control-allow-origin']).toBe('https://any.example');
  });
});

describe('without a list of allowed origins', () => {
  it('a page of the installation itself may ask, any other is refused, and a program passes', async () => {
    fixture = await startRouter({ ownOrigins: ['https://mcp.example'] });
    const instance = await fixture.addInstance();
    const ask = (headers: OutgoingHttpHeaders) => post(fixture.url(instance, 'mcp'), instance.token, toolCall(1), headers);
    const own = await ask({ Origin: 'https://mcp.example' });
    expect(own.status).toBe(200);
    expect(own.headers['access-control-allow-origin']).toBeUndefined();
    expect((await ask({})).status).toBe(200);
    for (const Origin of ['https://evil.example', 'null', 'http://mcp.example']) {
      const refused = await ask({ Origin });
      expect([refused.status, reasonOf(refused.text)]).toEqual([403, 'origin_not_allowed']);
    }
    expect(instance.seen).toHaveLength(2);
  });
});

describe('a preflight', () => {
  it('allows the headers of later revisions too, and no others', async () => {
    fixture = await startRouter({ allowedOrigins: ['https://app.example'] });
    const instance = await fixture.addInstance();
    const headers = { Origin: 'https://app.example', 'Access-Control-Request-Headers': 'mcp-param-region,x-evil,MCP-Name' };
    const answer = await send(fixture.url(instance, 'mcp'), { method: 'OPTIONS', headers });
    const allowed = answer.headers['access-control-allow-headers'] ?? '';
    for (const name of ['Authorization', 'X-API-Key', 'Last-Event-ID', 'Mcp-Session-Id', 'mcp-param-region']) {
      expect(allowed.split(', ')).toContain(name);
    }
    expect(allowed).not.toContain('evil');
  });
});

describe('with a list of allowed hosts', () => {
  it('any other host is refused, before the token is looked at', async () => {
    fixture = await startRouter({ allowedHosts: ['mcp.example', 'localhost:8080'] });
    const instance = await fixture.addInstance();
    const url = fixture.url(instance, 'mcp');
    for (const Host of ['mcp.example', 'MCP.example:443', 'localhost:8080']) {
      expect((await post(url, instance.token, toolCall(1), { Host })).status).toBe(200);
    }
    fixture.lookUps.tokens = 0;
    for (const Host of ['evil.example', 'localhost', 'localhost:81', 'mcp.example.evil']) {
      const answer = await post(url, instance.token, toolCall(1), { Host });
      expect(answer.status).toBe(403);
      expect(reasonOf(answer.text)).toBe('host_not_allowed');
    }
    expect(fixture.lookUps.tokens).toBe(0);
  });
});
