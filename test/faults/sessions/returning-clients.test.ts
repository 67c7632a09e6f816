import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawRequest } from '../../container/instance/raw-http.ts';
import { mcpClients } from '../../e2e/mcp-clients.ts';
import { isAlive } from '../../e2e/process-tree.ts';
import { RestClient } from '../../e2e/rest-client.ts';
import { outcomeOf } from '../call-outcome.ts';
import { EventReader } from '../event-reader.ts';
import { type FaultPlatform, type HostedInstance, instancesBelow, startFaultPlatform } from '../platform.ts';
import { isFull, scaled } from '../scale.ts';

let platform: FaultPlatform;
let instance: HostedInstance;

beforeAll(async () => {
  platform = await startFaultPlatform();
  instance = await platform.createInstance();
});
afterAll(() => platform.close());

const categories = { name: 'leads_categories', arguments: {} };
const rpc = (id: number, method: string, params: object = {}) => JSON.stringify({ jsonrpc: '2.0', id, method, params });
const initialize = (id = 0) =>
  rpc(id, 'initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'n8n', version: '1' } });
const initialized = '{"jsonrpc":"2.0","method":"notifications/initialized"}';

function post(url: string, body: string, headers: Record<string, string> = {}, token = instance.token) {
  const accept = 'application/json, text/event-stream';
  return rawRequest(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept, ...headers },
    body,
  });
}

async function openHttpSession(): Promise<Record<string, string>> {
  const opened = await post(`${instance.url}/mcp`, initialize());
  expect(opened.status).toBe(200);
  const headers = { 'mcp-session-id': String(opened.headers['mcp-session-id']), 'mcp-protocol-version': '2025-11-25' };
  expect((await post(`${instance.url}/mcp`, initialized, headers)).status).toBe(202);
  return headers;
}

describe('clients that come, go and come back (PEERS 1, 2, 12)', () => {
  it('many at once, again and again: the process stays the same one, alone, and every call is answered', async () => {
    const pid = await platform.processOf(instance);
    const connectors = Object.values(mcpClients);
    for (let round = 0; round < scaled(2, 20); round += 1) {
      const clients = await Promise.all(
        Array.from({ length: scaled(12, 50) }, (_, place) =>
          (connectors[place % connectors.length] as (typeof connectors)[number])(instance.url, instance.token),
        ),
      );
      const outcomes = await Promise.all(clients.map((client) => outcomeOf(client, 'leads_categories')));
      expect(outcomes.filter(({ kind }) => kind !== 'answered')).toEqual([]);
      await Promise.all(clients.map((client) => client.close()));
    }
    expect(await platform.processOf(instance)).toBe(pid);
    expect(await instancesBelow(platform.service.process.pid as number)).toEqual([pid]);
  });

  it('sessions that nobody ends do not keep others out', async () => {
    for (let count = 0; count < scaled(100, 2_500); count += 20) {
      await Promise.all(Array.from({ length: 20 }, () => openHttpSession()));
    }
    const headers = await openHttpSession();
    expect((await post(`${instance.url}/mcp`, rpc(1, 'tools/call', categories), headers)).status).toBe(200);
  });
});

describe('what n8n does (PEERS 9)', () => {
  it('an HTTP+SSE stream that is cut during a call and opened again, without a new handshake, gets the answer', async () => {
    const answers = Promise.withResolvers<void>();
    platform.stub.answer = () => ({ body: [{ id: 1, name: 'after the cut' }], until: answers.promise });
    const first = await EventReader.open(`${instance.url}/sse`, instance.token);
    const endpoint = new URL(await first.next('endpoint'), instance.url).href;
    expect((await post(endpoint, initialize())).status).toBeLessThan(300);
    await first.answer(0);
    expect((await post(endpoint, initialized)).status).toBeLessThan(300);
    const before = platform.stub.requests.length;
    expect((await post(endpoint, rpc(1, 'tools/call', categories))).status).toBeLessThan(300);
    await expect.poll(() => platform.stub.requests.length, { timeout: 15_000, interval: 5 }).toBeGreaterThan(before);
    first.cut();
    const second = await EventReader.open(`${instance.url}/sse`, instance.token);
    answers.resolve();
    expect(await second.answer(1)).toMatchObject({ result: { content: expect.anything() } });
    // It posts to the address it was told first, or to the new one: both lead to its session.
    expect((await post(endpoint, rpc(2, 'tools/list'))).status).toBeLessThan(300);
    expect(await second.answer(2)).toMatchObject({ result: { tools: expect.anything() } });
    second.cut();
    platform.stub.answer = () => ({ body: [{ id: 1 }] });
  });

  it('two sessions at once with equal ids, one of them cut: each gets its own answers', async () => {
    const streams = [
      await EventReader.open(`${instance.url}/sse`, instance.token),
      await EventReader.open(`${instance.url}/sse`, instance.token),
    ];
    const endpoints = await Promise.all(streams.map(async (stream) => new URL(await stream.next('endpoint'), instance.url).href));
    for (const [place, stream] of streams.entries()) {
      await post(endpoints[place] as string, initialize());
      await stream.answer(0);
      await post(endpoints[place] as string, initialized);
    }
    streams[0]?.cut();
    await post(endpoints[1] as string, rpc(1, 'tools/call', categories));
    expect(await streams[1]?.answer(1)).toMatchObject({ result: { content: expect.anything() } });
    streams[1]?.cut();
  });
});

describe('a client that leaves in the middle of an answer (PEERS 5)', () => {
  it('at any byte of it: nothing ends, and the next one is served', async () => {
    platform.stub.answer = () => ({ body: Array.from({ length: 5 }, (_, id) => ({ id, name: 'Grüße 🚀' })) });
    const pid = await platform.processOf(instance);
    const headers = await openHttpSession();
    const body = rpc(5, 'tools/call', categories);
    const lines = Object.entries({ ...headers, authorization: `Bearer ${instance.token}` }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    const request =
      `POST ${instance.path}/mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
      `Accept: application/json, text/event-stream\r\n${lines.join('')}Content-Length: ${body.length}\r\n\r\n${body}`;
    const whole = await leaveAfter(request, Number.POSITIVE_INFINITY);
    expect(whole).toBeGreaterThan(200);
    const step = isFull ? 1 : Math.ceil(whole / 25);
    for (let bytes = 0; bytes < whole; bytes += step) await leaveAfter(request.replace('"id":5', `"id":${100 + bytes}`), bytes);
    expect((await post(`${instance.url}/mcp`, rpc(6, 'tools/call', categories), headers)).status).toBe(200);
    expect(await platform.processOf(instance)).toBe(pid);
    expect(isAlive(platform.service.process.pid as number)).toBe(true);
    expect(platform.service.output()).not.toMatch(/Unhandled|Uncaught|unexpected/i);
  });
});

/** Reads so many bytes of the answer and cuts the connection. Answers how many came. */
function leaveAfter(request: string, bytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let received = 0;
    let text = '';
    const socket = connect(platform.port, '127.0.0.1', () => {
      socket.write(request);
      if (bytes === 0) socket.destroy();
    });
    socket.on('data', (chunk) => {
      received += chunk.length;
      text += chunk.toString('latin1');
      const length = /content-length: (\d+)/i.exec(text)?.[1];
      const isWhole = length !== undefined && received >= text.indexOf('\r\n\r\n') + 4 + Number(length);
      if (received >= bytes || isWhole || text.endsWith('0\r\n\r\n')) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });
}

describe('protocol revisions side by side (PEERS 13)', () => {
  it('2024-11-05, 2025-11-25 and 2026-07-28 through one address, in turn', async () => {
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'modern', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const modern = () =>
      post(`${instance.url}/mcp`, rpc(1, 'tools/call', { ...categories, _meta: meta }), {
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'leads_categories',
      });
    const headers = await openHttpSession();
    const sse = await mcpClients['1.x over SSE'](instance.url, instance.token);
    for (let round = 0; round < 3; round += 1) {
      expect((await modern()).status).toBe(200);
      expect((await post(`${instance.url}/mcp`, rpc(round + 1, 'tools/call', categories), headers)).status).toBe(200);
      expect(await outcomeOf(sse, 'leads_categories')).toMatchObject({ kind: 'answered' });
    }
    await sse.close();
  });
});

describe('spellings of an address (PEERS 14)', () => {
  it.each(['mcp', 'mcp/'])('%s is served and never redirected', async (door) => {
    const answer = await post(`${instance.url}/${door}`, initialize());
    expect(answer.status).toBe(200);
    expect(answer.headers.location).toBeUndefined();
  });

  it.each(['sse', 'sse/'])('%s is served and never redirected', async (door) => {
    const stream = await EventReader.open(`${instance.url}/${door}`, instance.token);
    expect(await stream.next('endpoint')).toContain('messages');
    stream.cut();
  });
});

describe('another workspace’s token (PEERS 21)', () => {
  it('opens neither a session nor a stream nor an answer, before and after the instance’s process died', async () => {
    const stranger = new RestClient(platform.service.url);
    await stranger.signUp();
    const theirs = await platform.createInstance({}, stranger);
    const headers = await openHttpSession();
    const stream = await EventReader.open(`${instance.url}/sse`, instance.token);
    const endpoint = new URL(await stream.next('endpoint'), instance.url);
    const attempts = async () => {
      const call = rpc(9, 'tools/call', categories);
      const sessionAtTheirs = (await post(`${theirs.url}/mcp`, call, headers, theirs.token)).status;
      const atOurs = (await post(`${instance.url}/mcp`, call, headers, theirs.token)).status;
      const messages = (await post(endpoint.href, call, {}, theirs.token)).status;
      const messagesAtTheirs = (await post(`${theirs.url}/messages${endpoint.search}`, call, {}, theirs.token)).status;
      return { sessionAtTheirs, atOurs, messages, messagesAtTheirs };
    };
    const refused = { sessionAtTheirs: 404, atOurs: 404, messages: 404, messagesAtTheirs: 404 };
    expect(await attempts()).toEqual(refused);
    process.kill((await platform.processOf(instance)) as number, 'SIGKILL');
    expect(await attempts()).toEqual(refused);
    // Its owner goes on, and nothing of the strangers' attempts reached the stream.
    expect((await post(`${instance.url}/mcp`, rpc(10, 'tools/call', categories), headers)).status).toBe(200);
    expect(stream.text).not.toContain('"id":9');
    stream.cut();
  });
});
