import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  collect,
  countsOf,
  echo,
  eventually,
  open,
  post,
  type RouterFixture,
  readingTool,
  type Script,
  send,
  startRouter,
  toolCall,
  writingTool,
} from './fixture.ts';

let fixture: RouterFixture;
beforeEach(async () => {
  fixture = await startRouter({ timing: { arrivalWaitMs: 20_000 } });
});
afterEach(() => fixture.close());

/** Has a router that soon waits no longer for instances, for those that never come. */
async function startHasty(): Promise<void> {
  await fixture.close();
  fixture = await startRouter({ timing: { arrivalWaitMs: 100 } });
}

const reasonOf = (text: string) => JSON.parse(text).error.data.reason;

describe('headers', () => {
  it('of the client reach the instance only where they are of MCP; credentials are replaced', async () => {
    const instance = await fixture.addInstance();
    await post(fixture.url(instance, 'mcp'), undefined, toolCall(1), {
      'X-API-Key': instance.token,
      Cookie: 'session=secret',
      'Proxy-Authorization': 'Basic eDp5',
      Connection: 'keep-alive, X-Hop',
      'X-Hop': 'hop',
      'Accept-Encoding': 'gzip, deflate',
      'X-Forwarded-Prefix': '/evil',
      'X-Forwarded-For': '1.2.3.4',
      'X-Session-Id': 'chosen-by-a-client',
      'Mcp-Protocol-Version': '2025-11-25',
      'Mcp-Name': 'campaigns_get_all',
      'Last-Event-ID': 'e1',
      Accept: 'application/json, text/event-stream',
    });
    const headers = instance.seen[0]?.headers ?? {};
    expect(headers).toMatchObject({
      authorization: `Bearer ${instance.accessToken}`,
      'x-forwarded-prefix': `/i/${instance.id}`,
      'mcp-protocol-version': '2025-11-25',
      'mcp-name': 'campaigns_get_all',
      'last-event-id': 'e1',
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
    });
    const names = Object.keys(headers);
    for (const name of [
      'x-api-key',
      'cookie',
      'proxy-authorization',
      'x-hop',
      'accept-encoding',
      'x-forwarded-for',
      'x-session-id',
    ]) {
      expect(names).not.toContain(name);
    }
    expect(JSON.stringify(instance.seen)).not.toContain(instance.token);
  });

  it('of the instance reach the client only where they are of MCP', async () => {
    const instance = await fixture.addInstance((_request, response) => {
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Mcp-Session-Id': 's1',
        'Set-Cookie': 'a=b',
        'X-Powered-By': 'x',
        'Access-Control-Allow-Origin': '*',
        Location: 'http://10.0.0.1/',
      });
      response.end('{"jsonrpc":"2.0","id":1,"result":{}}');
    });
    const { headers } = await post(fixture.url(instance, 'mcp'), instance.token, toolCall(1));
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'mcp-session-id': 's1', 'cache-control': 'no-store' });
    for (const name of ['set-cookie', 'x-powered-by', 'access-control-allow-origin', 'location'])
      expect(headers[name]).toBeUndefined();
  });

  it('tell proxies not to hold a stream back', async () => {
    const instance = await fixture.addInstance((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'max-age=60' });
      response.end('data: 1\n\n');
    });
    const { headers, text } = await send(fixture.url(instance, 'mcp'), { token: instance.token });
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream',
      'x-accel-buffering': 'no',
      'cache-control': 'no-store',
    });
    expect(text).toBe('data: 1\n\n');
  });
});

describe('a stream', () => {
  it('passes each event on as soon as it is complete, and nothing of it before', async () => {
    let say: (text: string) => void = () => {};
    const instance = await fixture.addInstance((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.flushHeaders();
      say = (text) => response.write(text);
    });
    const stream = collect(await open(fixture.url(instance, 'mcp'), { token: instance.token }));
    for (const piece of ['da', 'ta: 1\n', '\n']) {
      expect(stream.text).toBe('');
      say(piece);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await stream.waitFor('data: 1\n\n');
    say('data: ü\n\nda');
    await stream.waitFor('data: ü\n\n');
    expect(stream.text).toBe('data: 1\n\ndata: ü\n\n');
  });

  it('that is not read holds its instance back instead of filling memory', async () => {
    let written = 0;
    const block = Buffer.from(`data: ${'x'.repeat(65_529)}\n\n`);
    const instance = await fixture.addInstance((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      const fill = () => {
        let mayGoOn = true;
        while (mayGoOn && written < 200_000_000) {
          mayGoOn = response.write(block);
          written += block.length;
        }
      };
      response.on('drain', fill);
      fill();
    });
    const { hostname, port } = new URL(fixture.base);
    const socket = connect(Number(port), hostname);
    socket.write(`GET /i/${instance.id}/mcp HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${instance.token}\r\n\r\n`);
    await once(socket, 'readable');
    await eventually(() => written > 100_000, 'the stream to begin');
    let before = -1;
    while (written !== before) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect(written).toBeLessThan(40_000_000);
    let received = 0;
    socket.on('data', (chunk) => {
      received += chunk.length;
    });
    await eventually(() => received > before + 5_000_000, 'the stream to go on');
    socket.destroy();
  });

  it('that stays unread for too long is given up', async () => {
    const impatient = await startRouter({ timing: { stalledReaderMs: 200, keepAliveMs: 150 } });
    let closed = false;
    const block = Buffer.alloc(65_536, 'x');
    const instance = await impatient.addInstance((_request, response) => {
      response.on('close', () => {
        closed = true;
      });
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      const fill = () => {
        while (!response.destroyed && response.write(block));
      };
      response.on('drain', fill);
      fill();
    });
    const { hostname, port } = new URL(impatient.base);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.write(`GET /i/${instance.id}/mcp HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${instance.token}\r\n\r\n`);
    await eventually(() => closed, 'the instance to see the end');
    socket.destroy();
    await impatient.close();
  });
});

describe('a client that leaves', () => {
  const nothingOpen = ({ router } = fixture) =>
    eventually(() => router.metrics().includes('smartlead_mcp_router_open_requests 0\n'), 'everything to be closed');

  it('is noticed by the instance, before and after its answer began', async () => {
    let closed = 0;
    for (const begins of [false, true]) {
      const instance = await fixture.addInstance((_request, response) => {
        response.on('close', () => {
          closed += 1;
        });
        if (begins) response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n');
      });
      const before = closed;
      const controller = new AbortController();
      const opening = open(fixture.url(instance, 'mcp'), {
        method: 'POST',
        token: instance.token,
        body: toolCall(1),
        signal: controller.signal,
      }).catch(() => undefined);
      await eventually(() => instance.seen.length === 1, 'the request to arrive');
      if (begins) (await opening)?.on('error', () => {});
      controller.abort();
      await eventually(() => closed === before + 1, 'the instance to see the end');
    }
    await nothingOpen();
  });

  it('while its token is looked up never reaches the instance', async () => {
    const asked = Promise.withResolvers<void>();
    const lookUp = Promise.withResolvers<void>();
    const slow = await startRouter({
      tokens: {
        findByHash: async (hash) => {
          asked.resolve();
          await lookUp.promise;
          return fixture.tokens.get(hash);
        },
      },
      routes: { get: (instanceId) => fixture.routes.get(instanceId) },
      timing: { lookUpTimeoutMs: 20_000 },
    });
    const instance = await fixture.addInstance();
    const url = `${slow.base}/i/${instance.id}/mcp`;
    const controller = new AbortController();
    const left = open(url, { token: instance.token, signal: controller.signal });
    await asked.promise;
    controller.abort();
    await expect(left).rejects.toThrow();
    // The router hears of it by its socket; then the directory answers.
    await new Promise((resolve) => setTimeout(resolve, 100));
    lookUp.resolve();
    expect((await post(url, instance.token, toolCall(1))).status).toBe(200);
    expect(instance.seen.map(({ method }) => method)).toEqual(['POST']);
    await nothingOpen(slow);
    await slow.close();
  });

  it('at any byte of its request or of the answer leaves nothing behind', async () => {
    const answer = `data: ${JSON.stringify({ jsonrpc: '2.0', id: 1, result: { text: '😀é'.repeat(40) } })}\n\n`;
    const instance = await fixture.addInstance((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      for (const byte of Buffer.from(answer)) response.write(Buffer.of(byte));
      response.end();
    });
    const { hostname, port } = new URL(fixture.base);
    const body = JSON.stringify(toolCall(1));
    const head = `POST /i/${instance.id}/mcp HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nAuthorization: Bearer ${instance.token}\r\n\r\n`;
    const request = head + body;
    for (let offset = 1; offset < request.length; offset += 7) {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => {});
      socket.end(request.slice(0, offset));
      socket.destroySoon();
    }
    for (let offset = 1; offset < 900; offset += 13) {
      const socket = connect(Number(port), hostname);
      let received = 0;
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        received += chunk.length;
        if (received >= offset) socket.destroy();
      });
      socket.write(request);
      await once(socket, 'close');
    }
    await nothingOpen();
    expect(fixture.errors).toEqual([]);
    const whole = await post(fixture.url(instance, 'mcp'), instance.token, toolCall(1));
    expect(whole.text).toBe(answer);
  });
});

describe('an instance that fails', () => {
  it('to accept a connection: 503 with advice, and nothing was done', async () => {
    await startHasty();
    const instance = await fixture.addInstance();
    await instance.kill();
    const answer = await post(fixture.url(instance, 'mcp'), instance.token, toolCall(9));
    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(JSON.parse(answer.text)).toMatchObject({ id: 9, error: { data: { reason: 'instance_unreachable', retry: true } } });
  });

  it('and came back elsewhere meanwhile is found, without the client noticing', async () => {
    const instance = await fixture.addInstance();
    const successor = await fixture.addInstance();
    const url = fixture.url(instance, 'mcp');
    expect((await post(url, instance.token, toolCall(1))).status).toBe(200);
    const moved = fixture.routes.get(successor.id);
    if (moved !== undefined)
      fixture.routes.set(instance.id, { ...moved, instanceId: instance.id, workspaceId: instance.workspaceId });
    await instance.kill();
    expect((await post(url, instance.token, toolCall(2))).status).toBe(200);
    expect(successor.seen).toHaveLength(1);
  });

  it('to know the router asks for its present route before it gives up', async () => {
    const strict: Script = (request, response, body) => {
      if (request.headers.authorization === 'Bearer new') echo(request, response, body);
      else response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end('no');
    };
    const instance = await fixture.addInstance(strict);
    const route = fixture.routes.get(instance.id);
    const call = post(fixture.url(instance, 'mcp'), instance.token, toolCall(1));
    await eventually(() => instance.seen.length > 0, 'the call to be refused by the instance');
    if (route !== undefined) fixture.routes.set(instance.id, { ...route, accessToken: 'new' });
    expect((await call).status).toBe(200);
    await startHasty();
    const other = await fixture.addInstance(strict);
    const refused = await post(fixture.url(other, 'mcp'), other.token, toolCall(1));
    expect(refused.status).toBe(503);
    expect(refused.headers['www-authenticate']).toBeUndefined();
  });

  it('before its answer begins: a write has an unknown outcome, what only reads is tried again and then given up', async () => {
    const instance = await fixture.addInstance((request) => request.socket.destroy());
    const url = fixture.url(instance, 'mcp');
    const call = await post(url, instance.token, toolCall('a', writingTool));
    expect(call.status).toBe(200);
    const { result } = JSON.parse(call.text);
    expect(result).toMatchObject({ isError: true, structuredContent: { code: 'outcome_unknown', retryable: false } });
    expect(JSON.parse(result.content[0].text)).toEqual(result.structuredContent);
    expect(instance.seen).toHaveLength(1);
    const list = await post(url, instance.token, { jsonrpc: '2.0', id: 2, method: 'tools/list' });
    expect(JSON.parse(list.text)).toMatchObject({ id: 2, error: { data: { reason: 'instance_lost', retry: true } } });
    expect(instance.seen).toHaveLength(5);
  });

  it('in time: 504', async () => {
    const impatient = await startRouter({ timing: { answerTimeoutMs: 300 } });
    const instance = await impatient.addInstance(() => {});
    const answer = await post(impatient.url(instance, 'mcp'), instance.token, toolCall(1));
    expect(answer.status).toBe(504);
    expect(reasonOf(answer.text)).toBe('answer_timed_out');
    await impatient.close();
  });

  it.each<[string, Script]>([
    ['with an empty body', (_request, response) => response.writeHead(200, { 'Content-Length': 0 }).end()],
    ['with no chunk', (_request, response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end()],
    ['with 202', (_request, response) => response.writeHead(202).end()],
  ])('%s does not look like a success', async (_name, script) => {
    const instance = await fixture.addInstance(script);
    const answer = await post(fixture.url(instance, 'mcp'), instance.token, toolCall(1));
    expect(answer.status).toBe(502);
    expect(reasonOf(answer.text)).toBe('empty_answer');
    const notification = await post(fixture.url(instance, 'mcp'), instance.token, {
      jsonrpc: '2.0',
      method: 'notifications/initialized',
    });
    expect(notification.status).toBeLessThan(203);
  });

  it('in the middle of a plain answer that is too long to be held ends the connection, not the answer', async () => {
    for (const headers of [{ 'Content-Length': 400_000 }, {}]) {
      const instance = await fixture.addInstance((request, response) => {
        response.writeHead(200, { 'Content-Type': 'application/json', ...headers });
        const start = `{"jsonrpc":"2.0","id":1,"result":{"text":"${'x'.repeat(300_000)}`;
        response.write(start, () => setTimeout(() => request.socket.destroy(), 50));
      });
      await expect(post(fixture.url(instance, 'mcp'), instance.token, toolCall(1))).rejects.toThrow(/aborted/);
    }
  });

  it('in the middle of an answer that streams says so in an event of its own', async () => {
    const instance = await fixture.addInstance((request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('event: message\ndata: {"jsonrpc":"2.0","method":"notifications/message"}\n\n', () =>
        request.socket.destroy(),
      );
    });
    const answer = await post(fixture.url(instance, 'mcp'), instance.token, toolCall(5, writingTool));
    const last = answer.text.trim().split('\n\n').at(-1)?.split('\ndata: ')[1] ?? '';
    expect(JSON.parse(last)).toMatchObject({ jsonrpc: '2.0', id: 5, result: { structuredContent: { code: 'outcome_unknown' } } });
  });

  it('in the middle of an event that is too long to be held ends the connection', async () => {
    const instance = await fixture.addInstance((request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      const start = `data: {"jsonrpc":"2.0","id":1,"result":"${'x'.repeat(1_100_000)}`;
      response.write(start, () => setTimeout(() => request.socket.destroy(), 50));
    });
    await expect(post(fixture.url(instance, 'mcp'), instance.token, toolCall(1))).rejects.toThrow(/aborted/);
  });

  it('to finish a streamed answer without an error is not taken for a success either', async () => {
    const instance = await fixture.addInstance((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(': nothing\n\n');
    });
    const answer = await post(fixture.url(instance, 'mcp'), instance.token, toolCall(1));
    expect(answer.text).toContain('"reason":"empty_answer"');
  });

  it.each([readingTool, writingTool])(
    'may end a streamed answer early where it can be resumed, which the router does: %s',
    async (tool) => {
      const instance = await fixture.addInstance((request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        if (request.method === 'POST') response.end('id: 1\nretry: 10\ndata:\n\n');
        else response.end(`id: 2\ndata: {"jsonrpc":"2.0","id":1,"result":{"after":"${request.headers['last-event-id']}"}}\n\n`);
      });
      const answer = await post(fixture.url(instance, 'mcp'), instance.token, toolCall(1, tool), { 'Last-Event-ID': '7' });
      expect(answer.text).toContain('"result":{"after":"1"}');
      expect(instance.seen.map(({ method }) => method)).toEqual(['POST', 'GET']);
    },
  );

  it('under an HTTP+SSE session tells whose outcome is unknown and counts it; the stream stays', async () => {
    let cut: () => void = () => {};
    const instance = await fixture.addInstance((request, response) => {
      if (request.method === 'POST') {
        response.writeHead(202).end('Accepted');
        return;
      }
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('event: endpoint\ndata: /messages?sessionId=s1\n\n');
      cut = () => request.socket.destroy();
    });
    const stream = collect(await open(fixture.url(instance, 'sse'), { token: instance.token }));
    await stream.waitFor('endpoint');
    const messages = fixture.base + (/data: (\S+)/.exec(stream.text)?.[1] ?? '');
    expect((await post(messages, instance.token, toolCall(0, 'campaigns_create'))).status).toBe(202);
    await post(messages, instance.token, toolCall(2, 'leads_get'));
    await post(messages, instance.token, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } });
    await eventually(() => instance.seen.at(-1)?.body.includes('cancelled') === true, 'all of it to arrive');
    cut();
    await stream.waitFor('outcome_unknown');
    const events = stream.text.split('\n\n').filter((event) => event.startsWith('event: message'));
    const messagesOf = events.map((event) => JSON.parse(event.split('data: ')[1] ?? ''));
    expect(messagesOf).toMatchObject([{ id: 0, result: { isError: true, structuredContent: { code: 'outcome_unknown' } } }]);
    expect(stream.ended || stream.aborted).toBe(false);
    await fixture.router.close({ deadlineMs: 500 });
    expect(countsOf(fixture.batches, instance.id)).toEqual({ campaigns_create: [1, 1], leads_get: [1, 0] });
  });

  it('as the platform knows is not waited for', async () => {
    const instance = await fixture.addInstance((request, response) => {
      if (request.method === 'GET') response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': hi\n\n');
    });
    const stream = collect(await open(fixture.url(instance, 'mcp'), { token: instance.token }));
    await stream.waitFor('hi');
    const call = post(fixture.url(instance, 'mcp'), instance.token, toolCall(3, writingTool));
    await eventually(() => instance.seen.length === 2, 'the call to arrive');
    fixture.router.instanceGone(instance.id);
    expect((await call).text).toContain('outcome_unknown');
    await stream.waitForEnd();
  });
});

describe('an instance without a route', () => {
  it.each([
    ['stopped', 'You stopped it.', 'Press Start.', false],
    ['unauthenticated', 'Smartlead refuses the key.', 'Rotate the key.', false],
    ['provisioning', 'It is being set up.', null, true],
    ['restarting', '', null, true],
  ] as const)('that is %s: 503 in the words of the control plane', async (status, statusReason, nextStep, retry) => {
    await startHasty();
    const instance = await fixture.addInstance();
    fixture.routes.delete(instance.id);
    fixture.descriptions.set(instance.id, { status, statusReason, nextStep });
    const answer = await post(fixture.url(instance, 'mcp'), instance.token, toolCall(4));
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after'] !== undefined).toBe(retry);
    const { id, error } = JSON.parse(answer.text);
    expect(id).toBe(4);
    expect(error.data).toMatchObject({ reason: `instance_${status}`, retry });
    if (statusReason !== '') expect(error.message).toBe(statusReason);
    if (nextStep !== null) expect(error.data.nextStep).toBe(nextStep);
  });

  it('is there as soon as it has one', async () => {
    await startHasty();
    const instance = await fixture.addInstance();
    const route = fixture.routes.get(instance.id);
    fixture.routes.delete(instance.id);
    fixture.descriptions.set(instance.id, { status: 'provisioning', statusReason: '', nextStep: null });
    expect((await post(fixture.url(instance, 'mcp'), instance.token, toolCall(4))).status).toBe(503);
    if (route !== undefined) fixture.routes.set(instance.id, route);
    expect((await post(fixture.url(instance, 'mcp'), instance.token, toolCall(4))).status).toBe(200);
  });

  it.each(['provisioning', 'restarting'] as const)(
    'that is %s is waited for, and its clients notice a pause only',
    async (status) => {
      const patient = await startRouter({ timing: { arrivalWaitMs: 20_000 } });
      try {
        const instance = await patient.addInstance();
        const route = patient.routes.get(instance.id);
        patient.routes.delete(instance.id);
        patient.descriptions.set(instance.id, { status, statusReason: '', nextStep: null });
        const calls = [1, 2, 3].map((id) => post(patient.url(instance, 'mcp'), instance.token, toolCall(id)));
        await eventually(() => patient.router.metrics().includes('router_waiting_requests 3\n'), 'all to wait');
        expect(instance.seen).toEqual([]);
        if (route !== undefined) patient.routes.set(instance.id, route);
        expect((await Promise.all(calls)).map((answer) => answer.status)).toEqual([200, 200, 200]);
      } finally {
        await patient.close();
      }
    },
  );

  it('that fails while it is waited for is not waited for any longer', async () => {
    const patient = await startRouter({ timing: { arrivalWaitMs: 60_000, lookUpMaxAgeMs: 50 } });
    try {
      const instance = await patient.addInstance();
      patient.routes.delete(instance.id);
      patient.descriptions.set(instance.id, { status: 'provisioning', statusReason: '', nextStep: null });
      const call = post(patient.url(instance, 'mcp'), instance.token, toolCall(1));
      await eventually(() => patient.router.metrics().includes('router_waiting_requests 1\n'), 'the call to wait');
      patient.descriptions.set(instance.id, {
        status: 'failed',
        statusReason: 'It did not come up.',
        nextStep: 'Look into its logs.',
      });
      expect(reasonOf((await call).text)).toBe('instance_failed');
    } finally {
      await patient.close();
    }
  });

  it('that does not exist any more: 404', async () => {
    const instance = await fixture.addInstance();
    fixture.routes.delete(instance.id);
    fixture.descriptions.delete(instance.id);
    const answer = await post(fixture.url(instance, 'mcp'), instance.token, toolCall(4));
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.text).error.code).toBe(-32001);
  });
});
