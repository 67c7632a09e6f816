import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type InstanceFixture, post, type RouterFixture, send, startRouter, toolCall } from './fixture.ts';

describe('what a client posts', () => {
  let fixture: RouterFixture;
  let instance: InstanceFixture;
  let url: string;
  beforeAll(async () => {
    fixture = await startRouter({ limits: { maxBodyBytes: 100_000, maxBatchMessages: 5 } });
    instance = await fixture.addInstance();
    url = fixture.url(instance, 'mcp');
  });
  afterAll(() => fixture.close());

  const reasonOf = (answer: Answer) => JSON.parse(answer.text).error.data.reason;

  it('reaches the instance byte for byte', async () => {
    const body = `  {"jsonrpc":"2.0", "id":"é\\u0000😀","method":"tools/list" ,"params":{"a":1.0e0}}\n`;
    await post(url, instance.token, body);
    expect(instance.seen.at(-1)?.body).toBe(body);
  });

  it.each([
    ['{"jsonrpc":', 'malformed_json', -32700],
    ['', 'malformed_json', -32700],
    [Buffer.from([0x22, 0xff, 0x22]), 'malformed_json', -32700],
    ['['.repeat(50_000), 'too_deep', -32600],
    [`{"jsonrpc":"2.0","id":1,"method":"initialize","params":${'{"a":'.repeat(300)}1${'}'.repeat(300)}}`, 'too_deep', -32600],
    [JSON.stringify(toolCall('x'.repeat(1_001))), 'request_id_unusable', -32600],
    ['{"jsonrpc":"2.0","id":1e999,"method":"tools/list"}', 'request_id_unusable', -32600],
    ['"text"', 'invalid_message', -32600],
    ['null', 'invalid_message', -32600],
    ['7', 'invalid_message', -32600],
    ['[]', 'invalid_message', -32600],
    ['[1]', 'invalid_message', -32600],
    [JSON.stringify(Array.from({ length: 6 }, (_, id) => toolCall(id))), 'batch_too_long', -32600],
  ])('is refused with 400 where it is no message: %#', async (body, reason, code) => {
    const before = instance.seen.length;
    const answer = await post(url, instance.token, body);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({ jsonrpc: '2.0', id: null, error: { code, data: { reason, retry: false } } });
    expect(answer.text).toMatch(/"nextStep":".+"/);
    expect(instance.seen.length).toBe(before);
  });

  it('is not taken for deep because of what its texts hold', async () => {
    const text = '[{"\\\\'.repeat(500);
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'a', arguments: { text } } };
    expect((await post(url, instance.token, body)).status).toBe(200);
  });

  it('may begin a session with so many words and no more: they are remembered as long as the session', async () => {
    const large = await startRouter();
    try {
      const opened = await large.addInstance();
      const initialize = (bytes: number) => ({
        ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
        params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x'.repeat(bytes), version: '1' } },
      });
      for (const body of [initialize(100_000), [initialize(100_000)]]) {
        const answer = await post(large.url(opened, 'mcp'), opened.token, body);
        expect([answer.status, reasonOf(answer)]).toEqual([413, 'handshake_too_large']);
      }
      expect(opened.seen).toEqual([]);
      expect((await post(large.url(opened, 'mcp'), opened.token, initialize(30_000))).status).toBe(200);
    } finally {
      await large.close();
    }
  });

  it('passes a batch on', async () => {
    const answering = await fixture.addInstance((_request, response, body) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(JSON.parse(body).map(({ id }: { id: number }) => ({ jsonrpc: '2.0', id, result: {} }))));
    });
    const answer = await post(fixture.url(answering, 'mcp'), answering.token, [toolCall(1), toolCall(2)]);
    expect(JSON.parse(answer.text)).toHaveLength(2);
  });

  it.each([
    [{ 'Content-Type': 'text/plain' }],
    [{ 'Content-Type': 'application/json-patch+json' }],
    [{ 'Content-Type': '' }],
    [{ 'Content-Encoding': 'gzip' }],
  ])('is refused with 415 where it is not plain JSON: %j', async (headers) => {
    const answer = await post(url, instance.token, toolCall(1), headers);
    expect(answer.status).toBe(415);
    expect(reasonOf(answer)).toBe('unsupported_media_type');
  });

  it('may say its character set', async () => {
    const headers = { 'Content-Type': 'Application/JSON; charset=utf-8' };
    expect((await post(url, instance.token, toolCall(1), headers)).status).not.toBe(415);
  });

  it('is refused with 413 where it announces too much', async () => {
    const answer = await post(url, instance.token, { padding: 'x'.repeat(200_000) });
    expect(answer.status).toBe(413);
    expect(reasonOf(answer)).toBe('body_too_large');
    expect(JSON.parse(answer.text).error.message).toMatch(/[\d,]+ bytes at most/);
  });

  it('is refused with 413 where it turns out too large in chunks, and the answer can be read', async () => {
    const request = httpRequest(url, {
      method: 'POST',
      agent: false,
      headers: { Authorization: `Bearer ${instance.token}`, 'Content-Type': 'application/json' },
    });
    request.on('error', () => {});
    for (let index = 0; index < 50; index += 1) request.write('x'.repeat(10_000));
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(413);
    response.resume();
  });

  it('of 4 MB is accepted by default, of one byte more refused', async () => {
    const standard = await startRouter();
    const large = await standard.addInstance((_request, response, body) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { size: body.length } }));
    });
    const frame = JSON.stringify({ ...toolCall(1), padding: '' });
    const padding = 'x'.repeat(4 * 1024 * 1024 - frame.length);
    const fits = await post(standard.url(large, 'mcp'), large.token, { ...toolCall(1), padding });
    expect(JSON.parse(fits.text).result.size).toBe(4 * 1024 * 1024);
    expect((await post(standard.url(large, 'mcp'), large.token, { ...toolCall(1), padding: `${padding}x` })).status).toBe(413);
    await standard.close();
  });

  it('is not read before the token is known to be good', async () => {
    const answer = await post(url, undefined, { padding: 'x'.repeat(200_000) });
    expect(answer.status).toBe(401);
  });

  it('that never stops is cut off after the refusal', async () => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.write(`POST ${new URL(url).pathname} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`);
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000, 120), Buffer.from('\r\n')]);
    let sent = 0;
    socket.resume();
    await new Promise<void>((resolve) => {
      const push = () => {
        while (!socket.destroyed && sent < 200_000_000 && socket.write(chunk)) sent += chunk.length;
      };
      socket.on('drain', push);
      socket.on('close', () => resolve());
      push();
    });
    expect(sent).toBeLessThan(40_000_000);
  });

  it('may carry header values beyond ASCII', async () => {
    const answer = await send(url, {
      method: 'POST',
      body: toolCall(1),
      token: instance.token,
      headers: { 'User-Agent': 'é'.repeat(10) },
    });
    expect(answer.status).toBe(200);
  });
});
