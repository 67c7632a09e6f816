import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createDoorServer } from '../../../container/router/door-server.ts';
import { stop } from './fixture.ts';

const limits = { keepAliveTimeoutMs: 60_000, checkingIntervalMs: 10, maxConnections: 10 };

describe('the server of the MCP doors', () => {
  let server: Server;
  afterEach(() => stop(server));

  async function serve(handler: RequestListener, requestTimeoutMs: number): Promise<void> {
    server = createDoorServer(handler, () => true, { ...limits, headersTimeoutMs: requestTimeoutMs, requestTimeoutMs });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }

  /** Sends the first bytes, and the others when something was answered; reads until the connection ends. */
  async function exchange(first: string, later?: string): Promise<string> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      if (text === '' && later !== undefined) socket.write(later);
      text += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.write(first);
    await once(socket, 'close');
    return text;
  }

  const answersOf = (text: string) => text.match(/HTTP\/1\.1 \d{3}/g);
  const answerAtOnce: RequestListener = (request, response) => {
    request.resume();
    response.writeHead(408, { 'Content-Length': 5 }).end('early');
  };
  const head = (length: string) => `POST /i/x/mcp HTTP/1.1\r\nHost: localhost\r\n${length}\r\n\r\n`;

  it('ends a connection without another word where the body of an answered request never comes', async () => {
    await serve(answerAtOnce, 50);
    const text = await exchange(`${head('Content-Length: 20')}{`);
    expect(answersOf(text)).toEqual(['HTTP/1.1 408']);
    expect(text.endsWith('\r\n\r\nearly')).toBe(true);
  });

  it('ends it so where the rest of the body breaks HTTP', async () => {
    await serve(answerAtOnce, 60_000);
    const text = await exchange(head('Transfer-Encoding: chunked'), 'zz\r\n');
    expect(answersOf(text)).toEqual(['HTTP/1.1 408']);
    expect(text.endsWith('\r\n\r\nearly')).toBe(true);
  });

  it('says what is wrong with a broken request that follows an answered one', async () => {
    await serve(answerAtOnce, 60_000);
    const text = await exchange(`${head('Content-Length: 2')}{}`, 'nonsense\r\n\r\n');
    expect(answersOf(text)).toEqual(['HTTP/1.1 408', 'HTTP/1.1 400']);
    expect(text).toContain('"reason":"malformed_request"');
  });
});
