import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpConnection } from '../../../container/instance/smartlead/http-connection.ts';

const connection = new HttpConnection();
const never = new AbortController().signal;
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener) {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
  return { origin, pathAndQuery: '/?api_key=secret-of-the-url', method: 'GET' as const, body: undefined };
}

describe('an answer', () => {
  it('is put together whole, wherever its bytes were cut', async () => {
    const bytes = Buffer.from('["Grüße 🚀"]');
    const request = await serve(async (_request, response) => {
      for (const byte of bytes) {
        response.write(Buffer.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    });
    expect((await connection.send(request, { timeoutMs: 5_000, signal: never })).text).toBe('["Grüße 🚀"]');
  });

  it.each<[string, RequestListener]>([
    ['does not begin', () => undefined],
    ['does not end', (_request, response) => response.write('[1,')],
    [
      'trickles',
      (_request, response) => {
        const timer = setInterval(() => response.write(' '), 20);
        response.once('close', () => clearInterval(timer));
      },
    ],
  ])('that %s in time is given up', async (_name, listener) => {
    const request = await serve(listener);
    const start = Date.now();
    await expect(connection.send(request, { timeoutMs: 300, signal: never })).rejects.toMatchObject({
      code: 'smartlead_timeout',
      message: expect.not.stringContaining('secret'),
    });
    expect(Date.now() - start).toBeLessThan(3_000);
  });

  it.each<[string, RequestListener]>([
    ['is cut before it begins', (request) => request.socket.destroy()],
    [
      'is cut in the middle',
      (request, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('[1,');
        setTimeout(() => request.socket.destroy(), 20);
      },
    ],
    ['is no HTTP', (request) => request.socket.end('SSH-2.0-OpenSSH\r\n')],
  ])('that %s is a lost connection', async (_name, listener) => {
    const request = await serve(listener);
    await expect(connection.send(request, { timeoutMs: 5_000, signal: never })).rejects.toMatchObject({
      code: 'smartlead_unreachable',
      message: expect.not.stringContaining('secret'),
    });
  });
});

it('a redirect is not followed', async () => {
  let requests = 0;
  const request = await serve((_request, response) => {
    requests += 1;
    response.writeHead(307, { location: '/elsewhere' }).end();
  });
  expect((await connection.send(request, { timeoutMs: 5_000, signal: never })).status).toBe(307);
  expect(requests).toBe(1);
});

it('connections are kept', async () => {
  const ports = new Set<number | undefined>();
  const request = await serve((incoming, response) => {
    ports.add(incoming.socket.remotePort);
    response.end('[]');
  });
  for (let index = 0; index < 20; index += 1) await connection.send(request, { timeoutMs: 5_000, signal: never });
  // The next request may leave before the last connection is free again; more than two would mean that none is kept.
  expect(ports.size).toBeLessThanOrEqual(2);
});
