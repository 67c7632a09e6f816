import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import express from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import type { ApiEvent, ApiHandler } from '../../../functions/api/host.ts';
import { serveApi } from '../../../selfhost/http/api.ts';
import type { BodyLimits } from '../../../selfhost/http/request-bodies.ts';

const megabyte = 1024 * 1024;

describe('the API under Express', () => {
  let server: Server | undefined;
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  });

  async function serve(limits: BodyLimits = {}, hold: Promise<void> = Promise.resolve()) {
    const events: ApiEvent[] = [];
    const handler: ApiHandler = async (event) => {
      events.push(event);
      await hold;
      return { statusCode: 200, headers: {}, body: 'handled', isBase64Encoded: false };
    };
    server = createServer(express().use(serveApi(handler, () => {}, limits))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const send = (text: string) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      sockets.push(socket);
      socket.write(text);
      let answer = '';
      socket.on('data', (chunk) => {
        answer += String(chunk);
      });
      return { received: () => answer, destroy: () => void socket.destroy() };
    };
    return { events, url: `http://127.0.0.1:${port}/v1/keys`, send };
  }

  async function expectProblem(response: Response, status: number, type: string): Promise<void> {
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(await response.json()).toMatchObject({
      type: `urn:smartlead-mcp:problem:${type}`,
      status,
      instance: `urn:smartlead-mcp:request:${response.headers.get('x-request-id')}`,
    });
  }

  it('hands over a body of exactly 1 MB', async () => {
    const { events, url } = await serve();
    expect((await fetch(url, { method: 'POST', body: 'x'.repeat(megabyte) })).status).toBe(200);
    expect(events[0]?.body).toHaveLength(megabyte);
  });

  it('asks for HEAD what GET would answer, and leaves the body out', async () => {
    const { events, url } = await serve();
    const answer = await fetch(url, { method: 'HEAD' });
    expect([answer.status, await answer.text(), events[0]?.requestContext.http.method]).toEqual([200, '', 'GET']);
  });

  it('hands over bytes that are no text as they are, for the handler to refuse', async () => {
    const { events, url } = await serve();
    await fetch(url, { method: 'POST', body: Buffer.from([0x22, 0xff, 0x22]) });
    expect(events[0]).toMatchObject({ body: Buffer.from([0x22, 0xff, 0x22]).toString('base64'), isBase64Encoded: true });
  });

  it('refuses a body that its headers say is too large, before any of it came', async () => {
    const { events, send } = await serve();
    const socket = send(`POST /v1/keys HTTP/1.1\r\nHost: x\r\nContent-Length: ${megabyte + 1}\r\n\r\n`);
    await expect.poll(socket.received).toContain('urn:smartlead-mcp:problem:body-too-large');
    expect(socket.received()).toMatch(/^HTTP\/1\.1 413 /);
    expect(events).toEqual([]);
  });

  it('refuses a body of unknown length when it becomes too large', async () => {
    const { events, url } = await serve();
    const pieces = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(200_000)),
    }).pipeThrough(limitTo(8));
    const response = await fetch(url, { method: 'POST', body: pieces, duplex: 'half' } as RequestInit);
    await expectProblem(response, 413, 'body-too-large');
    expect(events).toEqual([]);
  });

  it('refuses a compressed body, which could unpack to anything', async () => {
    const { url } = await serve();
    const headers = { 'content-encoding': 'gzip' };
    await expectProblem(await fetch(url, { method: 'POST', headers, body: 'x' }), 415, 'unsupported-media-type');
  });

  it('refuses further bodies while those under way take all the memory there is for them, and takes them again later', async () => {
    const { events, url, send } = await serve({ totalBytes: 10_000 });
    const unfinished = send(`POST /v1/keys HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n${'x'.repeat(8000)}`);
    const post = () => fetch(url, { method: 'POST', body: 'y'.repeat(4000) });
    await expect.poll(async () => (await post()).status).toBe(503);
    const refused = await post();
    expect(refused.headers.get('retry-after')).toBe('5');
    await expectProblem(refused, 503, 'not-available');
    unfinished.destroy();
    await expect.poll(async () => (await post()).status).toBe(200);
    expect(events.every((event) => event.body?.startsWith('y'))).toBe(true);
  });

  it('counts a body until its request is answered', async () => {
    let release = () => {};
    const hold = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { events, url } = await serve({ totalBytes: 10_000 }, hold);
    const post = () => fetch(url, { method: 'POST', body: 'y'.repeat(6000) });
    const first = post();
    await expect.poll(() => events.length).toBe(1);
    expect((await post()).status).toBe(503);
    release();
    expect((await first).status).toBe(200);
    for (let round = 0; round < 5; round += 1) expect((await post()).status).toBe(200);
  });

  it('counts what many small pieces cost', async () => {
    const { send } = await serve({ totalBytes: 100_000 });
    const socket = send(`POST /v1/keys HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(1000)}`);
    await expect.poll(socket.received).toMatch(/^HTTP\/1\.1 503 /);
  });
});

function limitTo(pieces: number): TransformStream {
  let left = pieces;
  return new TransformStream({
    transform: (piece, controller) => {
      controller.enqueue(piece);
      left -= 1;
      if (left === 0) controller.terminate();
    },
  });
}
