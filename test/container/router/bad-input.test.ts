import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FrontDoor } from '../../../selfhost/http/front-door.ts';
import { type Listeners, listen } from '../../../selfhost/http/listen.ts';
import { propertyLimits } from '../../property-limits.ts';
import { eventually, type InstanceFixture, post, type RouterFixture, startRouter, toolCall } from './fixture.ts';

/** The router as it is reached from outside: behind the listener of the installation. */
describe('bad input at the MCP doors', () => {
  let fixture: RouterFixture;
  let listeners: Listeners;
  let instance: InstanceFixture;
  let neighbour: InstanceFixture;
  beforeAll(async () => {
    // The time of bodies is up when a test says so, and never because the machine stood still.
    vi.useFakeTimers({ toFake: ['performance'] });
    fixture = await startRouter({ timing: { bodyTimeoutMs: 300 }, limits: { maxBodyBytes: 200_000 } });
    const frontDoor = new FrontDoor();
    frontDoor.open({
      mcp: (request, response) => fixture.router.handle(request, response),
      web: (_request, response) => void response.writeHead(404).end('no page\n'),
    });
    listeners = await listen(frontDoor.listener, ['127.0.0.1'], 0, { requestTimeoutMs: 20_000 });
    instance = await fixture.addInstance();
    neighbour = await fixture.addInstance();
  });
  afterAll(async () => {
    vi.useRealTimers();
    await listeners.close(0);
    await fixture.close();
  });

  /** Sends the bytes as they are and reads until the connection ends or nothing comes any more. */
  function sendRaw(bytes: Buffer | string): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(listeners.port, '127.0.0.1');
      let text = '';
      const end = () => {
        clearTimeout(timer);
        socket.destroy();
        resolve(text);
      };
      const timer = setTimeout(end, 15_000);
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
        if (isWhole(text)) end();
      });
      socket.on('error', end);
      socket.on('close', end);
      socket.write(bytes);
    });
  }

  const isWhole = (text: string) => {
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
    const headEnd = text.indexOf('\r\n\r\n');
    return headEnd !== -1 && text.length >= headEnd + 4 + (Number.isNaN(length) ? Number.POSITIVE_INFINITY : length);
  };

  function parse(text: string): { status: number; body: string } {
    const match = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n((?:[A-Za-z0-9-]+: [^\r\n]*\r\n)*)\r\n/.exec(text);
    expect(match, JSON.stringify(text.slice(0, 200))).not.toBeNull();
    return { status: Number(match?.[1]), body: text.slice(match?.[0].length) };
  }

  /** The answer is an error in JSON-RPC's words, to nobody's request in particular. */
  function expectProtocolError(text: string, status?: number): void {
    const answer = parse(text);
    if (status === undefined) expect(answer.status).toBeGreaterThanOrEqual(400);
    else expect(answer.status).toBe(status);
    const body = answer.body.includes('\r\n{') || answer.body.startsWith('{') ? answer.body : '';
    const { jsonrpc, id, error } = JSON.parse(body);
    expect({ jsonrpc, id }).toEqual({ jsonrpc: '2.0', id: null });
    expect(error.data.reason).toMatch(/^[a-z_]+$/);
    expect(error.data.nextStep).not.toBe('');
  }

  const gauge = (name: string) => Number(new RegExp(`router_${name} (\\d+)`).exec(fixture.router.metrics())?.[1]);
  const path = () => `/i/${instance.id}/mcp`;
  const head = (lines: string[]) =>
    `${[...lines, 'Host: localhost', `Authorization: Bearer ${instance.token}`].join('\r\n')}\r\n`;
  const postHead = (more: string[]) => head([`POST ${path()} HTTP/1.1`, 'Content-Type: application/json', ...more]);

  it.each<[string, () => string | Buffer, number]>([
    ['headers without end', () => `${postHead([`X-Long: ${'x'.repeat(64 * 1024)}`])}\r\n`, 431],
    ['a session id of 64 KB', () => `${postHead([`Mcp-Session-Id: ${'s'.repeat(64 * 1024)}`, 'Content-Length: 2'])}\r\n{}`, 431],
    [
      'a session id of odd characters',
      () => Buffer.from(`${postHead(['Mcp-Session-Id: a\xffb c', 'Content-Length: 2'])}\r\n{}`, 'latin1'),
      400,
    ],
    ['a header with a control character', () => `${postHead(['X-Odd: a\x00b'])}\r\n`, 400],
    ['a header line without a name', () => `${postHead([': nothing'])}\r\n`, 400],
    ['two lengths', () => `${postHead(['Content-Length: 2', 'Content-Length: 3'])}\r\n{}`, 400],
    ['a length and chunks', () => `${postHead(['Content-Length: 2', 'Transfer-Encoding: chunked'])}\r\n{}`, 400],
    ['a length that is no number', () => `${postHead(['Content-Length: two'])}\r\n{}`, 400],
    ['chunks of no size', () => `${postHead(['Transfer-Encoding: chunked'])}\r\nzz\r\n{}\r\n0\r\n\r\n`, 400],
    ['a chunk larger than it says', () => `${postHead(['Transfer-Encoding: chunked'])}\r\n1\r\n{}{}\r\n0\r\n\r\n`, 400],
    [
      'bytes that are no UTF-8',
      () => Buffer.concat([Buffer.from(`${postHead(['Content-Length: 3'])}\r\n`), Buffer.from([0x22, 0xff, 0x22])]),
      400,
    ],
    ['nesting without end', () => `${postHead(['Content-Length: 100000'])}\r\n${'['.repeat(100_000)}`, 400],
    [
      'a huge id',
      () => {
        const body = JSON.stringify(toolCall('i'.repeat(100_000)));
        return `${postHead([`Content-Length: ${body.length}`])}\r\n${body}`;
      },
      400,
    ],
    ['a body beyond the limit', () => `${postHead(['Content-Length: 99999999'])}\r\n{`, 413],
    ['a GET with a body', () => `${head([`GET ${path()} HTTP/1.1`, 'Content-Length: 2'])}\r\n{}`, 400],
    ['TRACE', () => `${head([`TRACE ${path()} HTTP/1.1`])}\r\n`, 405],
    ['PATCH', () => `${head([`PATCH ${path()} HTTP/1.1`])}\r\n`, 405],
    ['CONNECT', () => 'CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n', 405],
    ['a method of our own', () => `${head([`MCP ${path()} HTTP/1.1`])}\r\n`, 400],
    ['no Host', () => `POST ${path()} HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}`, 400],
    ['an encoded door', () => `${head([`GET /i/${instance.id}/%6dcp HTTP/1.1`])}\r\n`, 404],
    ['two slashes', () => `${head([`GET /i/${instance.id}//mcp HTTP/1.1`])}\r\n`, 404],
    ['an unknown door of a whole URL', () => `${head([`GET http://localhost/i/${instance.id}/no HTTP/1.1`])}\r\n`, 404],
    ['no HTTP at all', () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['HTTP of another version', () => `${head([`GET ${path()} HTTP/9.9`])}\r\n`, 400],
  ])('%s: a protocol-shaped error', async (_name, bytes, status) => {
    expectProtocolError(await sendRaw(bytes()), status);
  });

  it('a body that never comes: the same, when its time is up', async () => {
    const answer = sendRaw(`${postHead(['Content-Length: 20'])}\r\n{`);
    await eventually(() => gauge('held_body_bytes') === 1, 'its beginning to arrive');
    vi.advanceTimersByTime(300);
    expectProtocolError(await answer, 408);
  });

  it('serves what is odd but valid: a whole URL, HTTP/1.0, chunks, a HEAD', async () => {
    const body = JSON.stringify(toolCall(1));
    const length = `Content-Length: ${body.length}`;
    const whole = head([
      `POST http://localhost${path()} HTTP/1.1`,
      'Content-Type: application/json',
      length,
      'Connection: close',
    ]);
    expect(parse(await sendRaw(`${whole}\r\n${body}`)).status).toBe(200);
    const old = head([`POST ${path()} HTTP/1.0`, 'Content-Type: application/json', length]);
    expect(parse(await sendRaw(`${old}\r\n${body}`)).status).toBe(200);
    const chunked = `${postHead(['Transfer-Encoding: chunked', 'Connection: close'])}\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    expect(parse(await sendRaw(chunked)).status).toBe(200);
    expect(parse(await sendRaw(`${head([`HEAD ${path()} HTTP/1.1`, 'Connection: close'])}\r\n`)).status).toBe(405);
  });

  it('survives whatever is sent, says nothing that is no HTTP, and serves the others meanwhile', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'GET ',
        'POST ',
        'DELETE ',
        '/i/',
        'http://',
        '//',
        '%2f',
        '?',
        '/mcp',
        '/sse',
        '/messages?sessionId=',
        ' HTTP/1.1',
      ),
      fc.constantFrom(
        '\r\n',
        '\r\n\r\n',
        '\n',
        ': ',
        '\0',
        'Content-Length: 5',
        'Transfer-Encoding: chunked',
        'Mcp-Session-Id: ',
      ),
      fc.constantFrom(
        '{"jsonrpc":"2.0","id":1,"method":"tools/call"}',
        '[',
        '{',
        '"',
        '\\',
        '5\r\n',
        'Expect: 100-continue',
        'Upgrade: h2c',
      ),
      fc.string({ maxLength: 40 }),
    );
    const message = fc.record({
      start: fc.constantFrom('', 'valid head', 'valid head and more'),
      pieces: fc.array(piece, { maxLength: 20 }),
    });
    let calls = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 8 }), async (messages) => {
        const answers = messages.map(({ start, pieces }) => {
          const text = pieces.join('');
          if (start === '') return sendFuzz(text);
          return sendFuzz(start === 'valid head' ? `${postHead(['Content-Length: 40'])}\r\n${text}` : `${postHead([])}${text}`);
        });
        calls += 1;
        const answer = await post(fixture.url(neighbour, 'mcp'), neighbour.token, toolCall(calls));
        expect([answer.status, JSON.parse(answer.text).id]).toEqual([200, calls]);
        for (const text of await Promise.all(answers)) if (text !== '') expect(text).toMatch(/^HTTP\/1\.1 \d{3} /);
      }),
      { numRuns: 60, ...propertyLimits(60_000) },
    );
    expect(fixture.errors).toEqual([]);
    await expect.poll(() => [gauge('held_body_bytes'), gauge('open_requests'), gauge('waiting_requests')]).toEqual([0, 0, 0]);
  }, 60_000);

  /** Like {@link sendRaw}, but says that nothing more comes, so that what waits for more ends. */
  function sendFuzz(text: string): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect({ port: listeners.port, host: '127.0.0.1', allowHalfOpen: true });
      let answer = '';
      const timer = setTimeout(() => socket.destroy(), 1_500);
      socket.on('data', (chunk: Buffer) => {
        answer += chunk.toString('latin1');
      });
      socket.on('error', () => {});
      socket.on('end', () => socket.destroy());
      socket.on('close', () => {
        clearTimeout(timer);
        resolve(answer);
      });
      socket.end(Buffer.from(text, 'latin1'));
    });
  }
});
