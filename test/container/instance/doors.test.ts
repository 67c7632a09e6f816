import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStream, rawRequest } from './raw-http.ts';
import { authorization, type RunningInstance, startInstance } from './start-instance.ts';

const json = { ...authorization, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

function initialize(protocolVersion = '2025-11-25', id = 0) {
  return JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'initialize',
    params: { protocolVersion, capabilities: {}, clientInfo: { name: 'raw', version: '0' } },
  });
}

const toolsList = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

let running: RunningInstance;
beforeAll(async () => {
  running = await startInstance();
});
afterAll(() => running.close());

async function openSession(revision?: string): Promise<string> {
  const answer = await rawRequest(`${running.url}/mcp`, { method: 'POST', headers: json, body: initialize(revision) });
  return String(answer.headers['mcp-session-id']);
}

describe('the bearer token', () => {
  it.each(['/sse', '/messages?sessionId=x', '/mcp', '/nothing'])('is needed at %s', async (path) => {
    for (const headers of [
      {},
      { authorization: 'Bearer wrong' },
      { authorization: 'Basic dXNlcjpwYXNz' },
      { authorization: 'Bearer ' },
    ]) {
      const answer = await rawRequest(running.url + path, { headers });
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm=/);
      expect(JSON.parse(answer.text)).toMatchObject({ jsonrpc: '2.0', id: null, error: { message: expect.any(String) } });
    }
  });

  it('is not needed for liveness, readiness and metrics', async () => {
    expect((await rawRequest(`${running.url}/healthz`)).status).toBe(200);
    expect((await rawRequest(`${running.url}/readyz`)).status).toBe(200);
    const metrics = await rawRequest(`${running.url}/metrics`);
    expect(metrics.headers['content-type']).toContain('version=0.0.4');
    expect(metrics.text).toMatch(/^smartlead_mcp_sessions \d+$/m);
    expect(metrics.text).toMatch(/^process_resident_memory_bytes \d+$/m);
  });
});

describe('a tools/call that makes no sense', () => {
  it.each([
    ['no params', {}],
    ['no name', { params: { arguments: {} } }],
    ['arguments that are no object', { params: { name: 'campaigns_get_all', arguments: [1] } }],
    ['an unknown tool', { params: { name: 'no_such_tool' } }],
  ])('is refused as invalid parameters, in words: %s', async (_case, members) => {
    const headers = { ...json, 'mcp-session-id': await openSession() };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', ...members });
    const { error, id } = JSON.parse((await rawRequest(`${running.url}/mcp`, { method: 'POST', headers, body })).text);
    expect({ id, code: error.code }).toEqual({ id: 7, code: -32602 });
    expect(error.message).toMatch(/^(Invalid tools\/call|There is no tool|there is no tool)[^[{]+$/);
  });
});

describe('the doors', () => {
  it.each([
    ['POST', '/sse', 405, 'GET'],
    ['GET', '/messages', 405, 'POST'],
    ['PUT', '/mcp', 405, 'POST, GET, DELETE'],
    ['OPTIONS', '/mcp', 405, 'POST, GET, DELETE'],
    ['GET', '/', 404, undefined],
    ['GET', '/i/other/mcp', 404, undefined],
  ])('%s %s is answered with %i', async (method, path, status, allow) => {
    const answer = await rawRequest(running.url + path, { method, headers: authorization });
    expect(answer.status).toBe(status);
    expect(answer.headers.allow).toBe(allow);
    expect(JSON.parse(answer.text)).toMatchObject({ jsonrpc: '2.0', error: { code: -32000 } });
  });

  it('take a trailing slash for the same door, without a redirect', async () => {
    expect((await rawRequest(`${running.url}/healthz/`)).status).toBe(200);
    const answer = await rawRequest(`${running.url}/mcp/`, { method: 'POST', headers: json, body: initialize() });
    expect(answer.status).toBe(200);
    const stream = await openStream(`${running.url}/sse/`, { headers: authorization });
    const [, endpoint] = await stream.waitFor(/data: (\S+)\n\n/);
    const [path, query] = String(endpoint).split('?');
    const posted = await rawRequest(`${running.url}${path}/?${query}`, { method: 'POST', headers: json, body: initialize() });
    expect(posted.status).toBe(202);
    await stream.waitFor(/"id":0/);
    stream.leave();
  });

  it('open only /mcp in mode stdio', async () => {
    const bridged = await startInstance({}, { mode: 'stdio' });
    expect((await rawRequest(`${bridged.url}/sse`, { headers: authorization })).status).toBe(404);
    expect((await rawRequest(`${bridged.url}/messages`, { method: 'POST', headers: json, body: '{}' })).status).toBe(404);
    expect((await rawRequest(`${bridged.url}/mcp`, { method: 'POST', headers: json, body: initialize() })).status).toBe(200);
    await bridged.close();
  });
});

describe('bad bodies', () => {
  it.each<[string, string | Buffer, Record<string, string>, number, number]>([
    ['broken JSON', '{"jsonrpc": "2.0", ', {}, 400, -32700],
    ['nothing', '', {}, 400, -32700],
    ['bytes', Buffer.from([0xff, 0xfe, 0x00]), {}, 400, -32700],
    ['no JSON-RPC', '{"hello": "world"}', {}, 400, -32600],
    ['an id of null', '{"jsonrpc":"2.0","id":null,"method":"ping"}', {}, 400, -32600],
    ['an empty batch', '[]', {}, 400, -32600],
    ['a batch of 101', `[${Array(101).fill(toolsList).join(',')}]`, {}, 400, -32600],
    ['another media type', toolsList, { 'content-type': 'text/plain' }, 415, -32000],
    ['compressed', toolsList, { 'content-encoding': 'gzip' }, 415, -32000],
    ['more than 4 MB', Buffer.alloc(4 * 1024 * 1024 + 1, 32), {}, 413, -32000],
  ])('%s at both doors', async (_name, body, headers, status, code) => {
    for (const path of ['/mcp', '/messages?sessionId=any']) {
      const answer = await rawRequest(running.url + path, { method: 'POST', headers: { ...json, ...headers }, body });
      expect({ status: answer.status, body: JSON.parse(answer.text) }).toMatchObject({
        status,
        body: { jsonrpc: '2.0', id: null, error: { code } },
      });
    }
  });

  it('more than 4 MB without a length, in chunks', async () => {
    const stream = await openStream(`${running.url}/mcp`, {
      method: 'POST',
      headers: { ...json, 'transfer-encoding': 'chunked' },
      body: Buffer.alloc(6 * 1024 * 1024, 32),
    });
    expect(stream.status).toBe(413);
    // Whoever hears that wants to know how it can be done.
    await stream.waitFor(/must not exceed 4 MB.*Split the call.*several calls/);
    stream.leave();
  });
});

describe('sessions of Streamable HTTP', () => {
  it('begin with initialize, and end with DELETE', async () => {
    const session = await openSession();
    const headers = { ...json, 'mcp-session-id': session };
    const listed = await rawRequest(`${running.url}/mcp`, { method: 'POST', headers, body: toolsList });
    expect(listed.headers['content-type']).toBe('application/json');
    expect(listed.headers['mcp-session-id']).toBe(session);
    expect(JSON.parse(listed.text).result.tools).toHaveLength(running.instance.features.tools.list.tools.length);
    expect((await rawRequest(`${running.url}/mcp`, { method: 'DELETE', headers })).status).toBe(200);
    const gone = await rawRequest(`${running.url}/mcp`, { method: 'POST', headers, body: toolsList });
    expect({ status: gone.status, error: JSON.parse(gone.text).error.code }).toEqual({ status: 404, error: -32001 });
  });

  it.each(['POST', 'GET', 'DELETE'])('%s: 400 without a session, 404 and -32001 with one that nobody knows', async (method) => {
    const body = method === 'POST' ? { body: toolsList } : {};
    const missing = await rawRequest(`${running.url}/mcp`, { method, headers: json, ...body });
    expect({ status: missing.status, code: JSON.parse(missing.text).error.code }).toEqual({ status: 400, code: -32000 });
    const headers = { ...json, 'mcp-session-id': 'ffffffff-0000-4000-8000-000000000000' };
    const unknown = await rawRequest(`${running.url}/mcp`, { method, headers, ...body });
    expect({ status: unknown.status, code: JSON.parse(unknown.text).error.code }).toEqual({ status: 404, code: -32001 });
  });

  it('answer each revision with itself, and an unknown one with the latest', async () => {
    for (const version of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']) {
      const answer = await rawRequest(`${running.url}/mcp`, { method: 'POST', headers: json, body: initialize(version) });
      expect(JSON.parse(answer.text).result.protocolVersion).toBe(version);
    }
    const answer = await rawRequest(`${running.url}/mcp`, { method: 'POST', headers: json, body: initialize('1999-01-01') });
    expect(JSON.parse(answer.text).result.protocolVersion).toBe('2025-11-25');
  });

  it('refuse a revision nobody knows in the header', async () => {
    const headers = { ...json, 'mcp-session-id': await openSession(), 'mcp-protocol-version': '1999-01-01' };
    expect((await rawRequest(`${running.url}/mcp`, { method: 'POST', headers, body: toolsList })).status).toBe(400);
  });

  it('refuse a later revision in the header than was settled, and let an earlier one pass', async () => {
    const headers = { ...json, 'mcp-session-id': await openSession('2025-06-18') };
    const status = async (version: string) =>
      (
        await rawRequest(`${running.url}/mcp`, {
          method: 'POST',
          headers: { ...headers, 'mcp-protocol-version': version },
          body: toolsList,
        })
      ).status;
    expect(await Promise.all(['2025-03-26', '2025-06-18', '2025-11-25'].map(status))).toEqual([200, 200, 400]);
  });

  it.each([
    ['no params', undefined],
    ['no revision', { capabilities: {}, clientInfo: { name: 'raw', version: '0' } }],
    ['no capabilities', { protocolVersion: '2025-11-25', clientInfo: { name: 'raw', version: '0' } }],
    ['a client without a name', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: {} }],
    [
      'params of 100 KB',
      { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x'.repeat(100_000), version: '0' } },
    ],
  ])('do not begin with an initialize that makes no sense: %s', async (_case, params) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 5, method: 'initialize', params });
    const answer = await rawRequest(`${running.url}/mcp`, { method: 'POST', headers: json, body });
    expect({ status: answer.status, ...JSON.parse(answer.text) }).toMatchObject({ status: 400, id: 5, error: { code: -32602 } });
    expect(answer.headers['mcp-session-id']).toBeUndefined();
  });

  it('refuse a client that accepts no form of answer', async () => {
    const headers = { ...json, accept: 'text/html' };
    expect((await rawRequest(`${running.url}/mcp`, { method: 'POST', headers, body: initialize() })).status).toBe(406);
    expect(
      (await rawRequest(`${running.url}/mcp`, { headers: { ...headers, 'mcp-session-id': await openSession() } })).status,
    ).toBe(406);
  });

  it('answer a batch as a batch in revision 2025-03-26, and notifications with 202', async () => {
    const headers = { ...json, 'mcp-session-id': await openSession('2025-03-26') };
    const note = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
    const ping = (id: number) => JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' });
    const answer = await rawRequest(`${running.url}/mcp`, { method: 'POST', headers, body: `[${note},${ping(5)},${ping(6)}]` });
    expect(JSON.parse(answer.text)).toEqual([5, 6].map((id) => ({ jsonrpc: '2.0', id, result: {} })));
    const noted = await rawRequest(`${running.url}/mcp`, { method: 'POST', headers, body: note });
    expect({ status: noted.status, text: noted.text }).toEqual({ status: 202, text: '' });
  });

  it.each(['2024-11-05', '2025-06-18', '2025-11-25'])('know no batches in revision %s', async (revision) => {
    const headers = { ...json, 'mcp-session-id': await openSession(revision) };
    const answer = await rawRequest(`${running.url}/mcp`, { method: 'POST', headers, body: `[${toolsList}]` });
    expect({ status: answer.status, code: JSON.parse(answer.text).error.code }).toEqual({ status: 400, code: -32600 });
  });

  it('refuse an id that is in use', async () => {
    const answers = Promise.withResolvers<void>();
    running.stub.answer = () => ({ until: answers.promise, body: [] });
    const headers = { ...json, 'mcp-session-id': await openSession() };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 9, method: 'tools/call', params: { name: 'leads_categories' } });
    const post = () => rawRequest(`${running.url}/mcp`, { method: 'POST', headers, body });
    const both = [post(), post()];
    expect((await Promise.race(both)).status).toBe(400);
    answers.resolve();
    expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  it('say so when there is no such tool or method', async () => {
    const headers = { ...json, 'mcp-session-id': await openSession() };
    const send = async (message: object) =>
      JSON.parse((await rawRequest(`${running.url}/mcp`, { method: 'POST', headers, body: JSON.stringify(message) })).text).error;
    expect(await send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'no_such_tool' } })).toMatchObject({
      code: -32602,
    });
    expect(await send({ jsonrpc: '2.0', id: 1, method: 'sampling/createMessage' })).toMatchObject({ code: -32601 });
  });

  it('keep one standalone stream: a new one takes the place of the old', async () => {
    const headers = { ...authorization, accept: 'text/event-stream', 'mcp-session-id': await openSession() };
    const first = await openStream(`${running.url}/mcp`, { headers });
    const second = await openStream(`${running.url}/mcp`, { headers });
    await first.ended;
    expect([first.status, second.status, second.headers['x-accel-buffering']]).toEqual([200, 200, 'no']);
    second.leave();
  });

  it('end the response of a request that is cancelled', async () => {
    running.stub.answer = () => ({ until: new Promise(() => undefined) });
    const headers = { ...json, 'mcp-session-id': await openSession() };
    const call = { jsonrpc: '2.0', id: 3, method: 'tools/call', params: { name: 'leads_categories' } };
    const sentBefore = running.stub.requests.length;
    const answering = rawRequest(`${running.url}/mcp`, { method: 'POST', headers, body: JSON.stringify(call) });
    await expect.poll(() => running.stub.requests.length).toBe(sentBefore + 1);
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 3 } };
    await rawRequest(`${running.url}/mcp`, { method: 'POST', headers, body: JSON.stringify(cancel) });
    expect((await answering).text).toBe('');
  });
});

describe('sessions of HTTP+SSE', () => {
  it('tell the endpoint as a path, below the prefix that the router names', async () => {
    for (const [prefix, expected] of [
      [undefined, ''],
      ['/i/ins_01k8z3x5v7c9b2n4m6q8r0t2w4', '/i/ins_01k8z3x5v7c9b2n4m6q8r0t2w4'],
      ['//evil.example', ''],
      ['https://evil.example', ''],
    ] as const) {
      const headers = { ...authorization, ...(prefix === undefined ? {} : { 'x-forwarded-prefix': prefix }) };
      const stream = await openStream(`${running.url}/sse`, { headers });
      expect(stream.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
      const [, endpoint] = await stream.waitFor(/^event: endpoint\ndata: (\S+)\n\n/);
      expect(endpoint).toMatch(new RegExp(`^${expected}/messages\\?sessionId=[0-9a-f-]{36}$`));
      stream.leave();
    }
  });

  it('are unknown once the stream is gone, and to the other transport', async () => {
    const stream = await openStream(`${running.url}/sse`, { headers: authorization });
    const [, id] = await stream.waitFor(/sessionId=(\S+)/);
    const atMcp = { ...json, 'mcp-session-id': String(id) };
    expect((await rawRequest(`${running.url}/mcp`, { method: 'POST', headers: atMcp, body: toolsList })).status).toBe(404);
    stream.leave();
    await expect
      .poll(
        async () =>
          (await rawRequest(`${running.url}/messages?sessionId=${id}`, { method: 'POST', headers: json, body: toolsList }))
            .status,
      )
      .toBe(404);
  });

  it('need a session id', async () => {
    const answer = await rawRequest(`${running.url}/messages`, { method: 'POST', headers: json, body: toolsList });
    expect(answer.status).toBe(400);
  });
});

describe('a server on loopback without a token', () => {
  let open: RunningInstance;
  beforeAll(async () => {
    open = await startInstance({}, { token: undefined } as never);
  });
  afterAll(() => open.close());
  const { authorization: _none, ...untokened } = json;

  it.each<[Record<string, string>, number]>([
    [{}, 200],
    [{ origin: 'http://localhost:6274' }, 200],
    [{ host: 'localhost:3000' }, 200],
    [{ host: '[::1]:3000' }, 200],
    [{ host: 'evil.example:3000' }, 403],
    [{ host: '127.0.0.1.evil.example' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
  ])('answers a request with %j with %i', async (headers, status) => {
    const answer = await rawRequest(`${open.url}/mcp`, {
      method: 'POST',
      headers: { ...untokened, ...headers },
      body: initialize(),
    });
    expect(answer.status).toBe(status);
  });
});
