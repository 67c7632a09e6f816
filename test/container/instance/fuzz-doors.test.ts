import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileText, hostileValue } from './hostile-values.ts';
import { rawRequest } from './raw-http.ts';
import { apiKey, authorization, callTool, connectClient, type RunningInstance, startInstance, token } from './start-instance.ts';

let running: RunningInstance;

beforeAll(async () => {
  running = await startInstance();
});
afterAll(() => running.close());

const port = () => Number(new URL(running.url).port);

/** Header values as Node's client lets them through: what it refuses to send, {@link sendBytes} sends. */
const headerValue = hostileText.map((text) => text.replace(/[^\x21-\x7e]/g, '-').slice(0, 4_000));
const headers = fc
  .record(
    {
      'content-type': fc.oneof(
        fc.constantFrom(
          'application/json',
          'application/json; charset=utf-8',
          'text/plain',
          'APPLICATION/JSON',
          'application/json, x',
        ),
        headerValue,
      ),
      accept: fc.oneof(fc.constantFrom('application/json, text/event-stream', '*/*', 'text/html', ''), headerValue),
      'mcp-session-id': fc.oneof(fc.uuid(), headerValue, fc.constant('')),
      'mcp-protocol-version': fc.oneof(fc.constantFrom('2025-11-25', '2024-11-05', '2026-07-28', '1999-01-01'), headerValue),
      'mcp-method': fc.oneof(fc.constantFrom('tools/call', 'tools/list', 'server/discover'), headerValue),
      'mcp-name': headerValue,
      'last-event-id': headerValue,
      'x-request-id': headerValue,
      'x-forwarded-prefix': headerValue,
      'content-encoding': fc.constantFrom('gzip', 'identity', 'br'),
      origin: fc.constantFrom('https://evil.example', 'null', 'http://localhost'),
      authorization: fc.oneof(
        { arbitrary: fc.constant(authorization.authorization), weight: 8 },
        { arbitrary: headerValue, weight: 1 },
      ),
    },
    { requiredKeys: [] },
  )
  .map((some) => ({ ...authorization, ...some }) as Record<string, string>);

const message = fc.oneof(
  fc.record(
    {
      jsonrpc: fc.constantFrom('2.0', '1.0', 2),
      id: fc.oneof(fc.integer(), fc.string({ maxLength: 20 }), fc.constantFrom(null, 1.5, true), hostileValue),
      method: fc.oneof(
        fc.constantFrom(
          'initialize',
          'tools/call',
          'tools/list',
          'ping',
          'notifications/cancelled',
          'server/discover',
          'resources/read',
        ),
        hostileText,
      ),
      params: hostileValue,
      result: hostileValue,
      error: hostileValue,
    },
    { requiredKeys: [] },
  ),
  hostileValue,
);
const body = fc.oneof(
  { arbitrary: message.map((value) => JSON.stringify(value)), weight: 4 },
  { arbitrary: fc.array(message, { maxLength: 120 }).map((batch) => JSON.stringify(batch)), weight: 2 },
  { arbitrary: message.map((value) => JSON.stringify(value).slice(0, -1)), weight: 1 },
  { arbitrary: hostileText, weight: 1 },
  { arbitrary: fc.integer({ min: 1_000, max: 100_000 }).map((depth) => '['.repeat(depth)), weight: 1 },
  {
    arbitrary: fc.integer({ min: 1_000, max: 20_000 }).map((depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
    weight: 1,
  },
);
const path = fc.oneof(
  {
    arbitrary: fc.constantFrom('/mcp', '/mcp/', '/messages', '/sse', '/messages?sessionId=', '/healthz', '/metrics', '/readyz'),
    weight: 8,
  },
  { arbitrary: hostileText.map((text) => `/${encodeURIComponent(text.toWellFormed()).slice(0, 2_000)}`), weight: 1 },
  {
    arbitrary: hostileText.map((text) => `/messages?sessionId=${encodeURIComponent(text.toWellFormed()).slice(0, 2_000)}`),
    weight: 1,
  },
  {
    arbitrary: fc.constantFrom(
      '/__proto__',
      '/constructor',
      '/toString',
      '//mcp',
      '/mcp//',
      '/%6dcp',
      '/mcp/../sse',
      '/mcp?x=1#y',
    ),
    weight: 1,
  },
);
const method = fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND');

/** After whatever was done, the server still does its work, holds no more sessions than before, and has found no fault in itself. */
async function expectHealthy(sessionsBefore = 0): Promise<void> {
  const client = await connectClient(running.url);
  expect(await callTool(client, 'campaigns_get_all')).toMatchObject({ isError: false });
  await (client.transport as unknown as { terminateSession(): Promise<void> }).terminateSession();
  await client.close();
  await expect.poll(openSessions, { timeout: 10_000 }).toBeLessThanOrEqual(sessionsBefore);
  expect(running.log()).not.toMatch(/Request failed inside|failed inside|Unhandled|Uncaught/);
  for (const secret of [apiKey, token]) expect(running.log()).not.toContain(secret);
}

async function openSessions(): Promise<number> {
  const { text } = await rawRequest(`${running.url}/metrics`);
  return Number(/^smartlead_mcp_sessions (\d+)/m.exec(text)?.[1]);
}

/** What holds for every answer. Streams are left as soon as they begin. */
function sendRandom(request: { method: string; path: string; headers: Record<string, string>; body: string }): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(port(), '127.0.0.1');
  let text = '';
  const judge = () => {
    socket.destroy();
    try {
      expectWellFormedAnswer(text, request.method);
      resolve();
    } catch (error) {
      reject(error as Error);
    }
  };
  socket.setTimeout(20_000, () => reject(new Error(`no answer to ${request.method} ${request.path}`)));
  socket.on('error', () => undefined);
  socket.on('close', judge);
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    if (/^HTTP\/1\.1 200 [\s\S]*text\/event-stream[\s\S]*\r\n\r\n/.test(text)) judge();
  });
  const bytes = Buffer.from(request.body);
  const lines = Object.entries({
    host: 'localhost',
    connection: 'close',
    ...request.headers,
    'content-length': String(bytes.length),
  });
  socket.write(
    `${request.method} ${request.path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
  );
  socket.write(bytes);
  return promise;
}

function expectWellFormedAnswer(text: string, asked: string): void {
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1]);
  expect(status).toBeOneOf([200, 202, 204, 400, 401, 403, 404, 405, 406, 408, 413, 414, 415, 417, 431, 501]);
  for (const secret of [apiKey, token]) expect(text).not.toContain(secret);
  expect(text).not.toMatch(/node_modules|\.ts:\d+|\bat \w+ \(/);
  const [head = '', payload = ''] = text.split(/\r\n\r\n([\s\S]*)/, 2);
  if (asked === 'HEAD' || !/content-type: application\/json/i.test(head) || /transfer-encoding/i.test(head)) return;
  expect(() => JSON.parse(payload)).not.toThrow();
}

describe('the HTTP doors', { timeout: 120_000 }, () => {
  it('answer any request with a status and a body that fit', async () => {
    await fc.assert(
      fc.asyncProperty(method, path, headers, body, (...[asked, target, given, content]) =>
        sendRandom({ method: asked, path: target, headers: given, body: content }),
      ),
      { numRuns: 600 },
    );
    await expectHealthy(await openSessions());
  });

  it('survive any bytes in place of HTTP', async () => {
    const line = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(
          'GET /sse HTTP/1.1\r\n\r\n',
          'POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
          'POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n',
          'POST /mcp HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n',
          `GET /mcp HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`,
          'GET /mcp HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
          'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
          'GET http://evil.example/mcp HTTP/1.1\r\nHost: a\r\n\r\n',
          'CONNECT evil.example:443 HTTP/1.1\r\nHost: a\r\n\r\n',
          'GET /mcp HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
          'POST /mcp HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}',
        )
        .map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 5 }), fc.constantFrom('end', 'destroy'), async (lines, how) => {
        const socket = connect(port(), '127.0.0.1');
        socket.on('error', () => undefined).resume();
        for (const bytes of lines) socket.write(bytes);
        await new Promise((resolve) => setTimeout(resolve, 5));
        socket[how]();
        if (how === 'end') setTimeout(() => socket.destroy(), 50);
      }),
      { numRuns: 250 },
    );
    await expectHealthy(await openSessions());
  });

  it('understand a request however its bytes are cut, several in a row on one connection, and with the sending side closed', async () => {
    const initialize = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'grüße 🚀', version: '0' } },
    });
    const plain =
      `POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n` +
      'Accept: application/json, text/event-stream\r\n';
    const cutBody = (bytes: Buffer, size: number) => {
      const chunks: Buffer[] = [];
      for (let start = 0; start < bytes.length; start += size) {
        const piece = bytes.subarray(start, start + size);
        chunks.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
      }
      return Buffer.concat([...chunks, Buffer.from('0\r\n\r\n')]);
    };
    const sessionsBefore = await openSessions();
    const opened: string[] = [];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.option(fc.integer({ min: 1, max: 60 })),
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        async (cuts, chunkSize, inARow, halfClosed) => {
          const bytes = Buffer.from(initialize);
          const single =
            chunkSize === null
              ? Buffer.concat([Buffer.from(`${plain}Content-Length: ${bytes.length}\r\n\r\n`), bytes])
              : Buffer.concat([Buffer.from(`${plain}Transfer-Encoding: chunked\r\n\r\n`), cutBody(bytes, chunkSize)]);
          const whole = Buffer.concat(Array.from({ length: inARow }, () => single));
          const places = [...new Set(cuts.map((cut) => cut % whole.length))].sort((a, b) => a - b);
          const text = await exchange(
            [...places, whole.length].map((place, index) => whole.subarray(places[index - 1] ?? 0, place)),
            inARow,
            halfClosed,
          );
          const ids = [...text.matchAll(/\r\nmcp-session-id: ([\w-]+)/gi)].map(([, id]) => id as string);
          opened.push(...ids);
          expect(text.match(/"protocolVersion":"2025-11-25"/g)).toHaveLength(inARow);
          expect(new Set(ids).size).toBe(inARow);
        },
      ),
      { numRuns: 100 },
    );
    for (const id of opened) {
      const closed = await rawRequest(`${running.url}/mcp`, {
        method: 'DELETE',
        headers: { ...authorization, 'mcp-session-id': id },
      });
      expect(closed.status).toBe(200);
    }
    await expectHealthy(sessionsBefore);
  });
});

/** Writes the pieces one by one and reads until so many answers are there. */
function exchange(pieces: Buffer[], answers: number, halfClosed: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: port(), host: '127.0.0.1', allowHalfOpen: true });
    let text = '';
    const timer = setTimeout(() => reject(new Error(`only this came: ${text.slice(0, 500)}`)), 20_000);
    socket.setNoDelay(true).on('error', reject);
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if ((text.match(/"serverInfo"/g) ?? []).length < answers) return;
      clearTimeout(timer);
      setImmediate(() => socket.destroy());
      resolve(text);
    });
    void (async () => {
      for (const piece of pieces) {
        socket.write(piece);
        await new Promise((next) => setImmediate(next));
      }
      if (halfClosed) socket.end();
    })();
  });
}
