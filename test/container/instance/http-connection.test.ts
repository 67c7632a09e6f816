import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
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
    await expect(connection.send(request, { timeoutMs: 300, signal: never })).rejects.toMatchObject({
      code: 'smartlead_timeout',
      message: expect.not.stringContaining('secret'),
    });
  });

  it.each<[string, RequestListener]>([
    ['is cut before it begins', (request) => request.socket.destroy()],
    [
      'is cut in the middle',
      (request, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('[1,');
        setImmediate(() => request.socket.destroy());
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
  // The next request may leave before the last connection is free again. Were none kept, there would be twenty.
  expect(ports.size).toBeLessThan(10);
});

describe('whether the request may have arrived is known', () => {
  const request = (origin: string) => ({ origin, pathAndQuery: '/', method: 'POST' as const, body: '{}' });

  it('not where nobody listens', async () => {
    const { origin } = await serve(() => undefined);
    await new Promise((resolve) => server?.close(resolve));
    await expect(connection.send(request(origin), { timeoutMs: 5_000, signal: never })).rejects.toMatchObject({
      code: 'smartlead_unreachable',
      requestLeft: false,
    });
  });

  it('not where the name of the host is unknown', async () => {
    // A label of more than 63 letters: no name server is asked.
    const sent = connection.send(request(`http://${'x'.repeat(64)}.invalid`), { timeoutMs: 10_000, signal: never });
    await expect(sent).rejects.toMatchObject({ code: 'smartlead_unreachable', requestLeft: false });
  });

  it('not where the other side speaks no TLS', async () => {
    const { origin } = await serve(() => undefined);
    const sent = connection.send(request(origin.replace('http:', 'https:')), { timeoutMs: 5_000, signal: never });
    await expect(sent).rejects.toMatchObject({ code: 'smartlead_unreachable', requestLeft: false });
  });

  it('not where it was cancelled, or its time ran out, while it waited for a connection', async () => {
    let taken = 0;
    const { origin } = await serve(() => {
      taken += 1;
    });
    const cancelAll = new AbortController();
    const blocking = Array.from({ length: 64 }, () =>
      connection.send(request(origin), { timeoutMs: 60_000, signal: cancelAll.signal }),
    );
    await expect.poll(() => taken, { interval: 5 }).toBe(64);
    const cancel = new AbortController();
    const cancelled = connection.send(request(origin), { timeoutMs: 60_000, signal: cancel.signal });
    const late = connection.send(request(origin), { timeoutMs: 100, signal: never });
    setImmediate(() => cancel.abort());
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled', requestLeft: false });
    await expect(late).rejects.toMatchObject({ code: 'smartlead_timeout', requestLeft: false });
    expect(taken).toBe(64);
    cancelAll.abort();
    for (const { status } of await Promise.allSettled(blocking)) expect(status).toBe('rejected');
  });

  it.each<[string, RequestListener, string, number]>([
    ['the connection is cut', (incoming) => incoming.socket.destroy(), 'smartlead_unreachable', 20_000],
    ['no answer comes in time', () => undefined, 'smartlead_timeout', 500],
    [
      'the answer is too large',
      (_incoming, response) => response.end(Buffer.alloc(17 * 1024 * 1024, 'x')),
      'answer_too_large',
      20_000,
    ],
  ])('for certain not any more once %s', async (_name, listener, code, timeoutMs) => {
    const { origin } = await serve((incoming, response) =>
      incoming.method === 'GET' ? response.end() : listener(incoming, response),
    );
    // On a connection that is open and free, a request leaves before any time passes.
    await connection.send({ ...request(origin), method: 'GET', body: undefined }, { timeoutMs: 20_000, signal: never });
    await setTimeout(5);
    await expect(connection.send(request(origin), { timeoutMs, signal: never })).rejects.toMatchObject({
      code,
      requestLeft: true,
    });
  });
});

it('a request on a kept connection that the other side has just closed is not sent by itself again', async () => {
  let requests = 0;
  const { origin } = await serve((incoming, response) => {
    requests += 1;
    if (requests === 1) response.end('[]');
    else incoming.socket.destroy();
  });
  const post = { origin, pathAndQuery: '/', method: 'POST' as const, body: '{}' };
  await connection.send(post, { timeoutMs: 5_000, signal: never });
  for (let index = 0; index < 5; index += 1) {
    await expect(connection.send(post, { timeoutMs: 5_000, signal: never })).rejects.toMatchObject({ requestLeft: true });
  }
  expect(requests).toBe(6);
});

it('what has begun to leave goes on after its caller has gone, where that is asked for', async () => {
  const cancel = new AbortController();
  const request = await serve((_incoming, response) => {
    cancel.abort();
    response.end('done');
  });
  let left = 0;
  const sent = connection.send(request, {
    timeoutMs: 5_000,
    signal: cancel.signal,
    finishOnceLeft: true,
    onLeaving: () => {
      left += 1;
    },
  });
  expect((await sent).text).toBe('done');
  expect(left).toBe(1);
});
