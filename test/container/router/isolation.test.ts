import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { propertyLimits } from '../../property-limits.ts';
import {
  collect,
  countsOf,
  eventually,
  type InstanceFixture,
  open,
  post,
  type RouterFixture,
  type Script,
  send,
  startRouter,
  toolCall,
} from './fixture.ts';

let fixture: RouterFixture;
afterEach(() => fixture.close());

/** An instance of HTTP+SSE and Streamable HTTP whose every answer carries the mark of its workspace, after the delay the call asks for. */
function markedScript(mark: string): Script {
  const streams = new Map<string, ServerResponse>();
  let opened = 0;
  return (request, response, body) => {
    const url = new URL(request.url ?? '', 'http://instance');
    if (request.method === 'GET') {
      opened += 1;
      const sessionId = `session-${mark}-${opened}`;
      streams.set(sessionId, response);
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(`event: endpoint\ndata: ${request.headers['x-forwarded-prefix']}/messages?sessionId=${sessionId}\n\n`);
      return;
    }
    const { id, params } = JSON.parse(body);
    const answer = JSON.stringify({ jsonrpc: '2.0', id, result: { mark, padding: mark.repeat(params.arguments.size) } });
    setTimeout(() => {
      const session = url.searchParams.get('sessionId');
      if (session !== null) {
        streams.get(session)?.write(`event: message\ndata: ${answer}\n\n`);
        return;
      }
      const type = params.arguments.streams ? 'text/event-stream' : 'application/json';
      response.writeHead(200, { 'Content-Type': type });
      response.end(params.arguments.streams ? `data: ${answer}\n\n` : answer);
    }, params.arguments.delayMs);
    if (url.pathname === '/messages') response.writeHead(202).end('Accepted');
  };
}

interface Party {
  mark: string;
  instance: InstanceFixture;
  stream: ReturnType<typeof collect>;
  /** URL of the session's messages. */
  messages: string;
  /** Calls made, and how many of them are answered on the stream. */
  calls: number;
  expected: number;
}

describe('two workspaces', () => {
  it('with equal request ids and interleaved streams: no byte crosses, every call is answered and counted once', async () => {
    fixture = await startRouter({ timing: { keepAliveMs: 30, arrivalWaitMs: 20_000 } });
    const parties: Party[] = [];
    for (const mark of ['A', 'B']) {
      const instance = await fixture.addInstance(markedScript(mark));
      const stream = collect(await open(fixture.url(instance, 'sse'), { token: instance.token }));
      await stream.waitFor('endpoint');
      const messages = fixture.base + (/data: (\S+)/.exec(stream.text)?.[1] ?? '');
      parties.push({ mark, instance, stream, messages, calls: 0, expected: 0 });
    }
    const command = fc.record({
      party: fc.constantFrom(0, 1),
      way: fc.constantFrom('messages' as const, 'mcp' as const),
      id: fc.integer({ min: 0, max: 3 }),
      streams: fc.boolean(),
      size: fc.constantFrom(1, 100, 70_000),
      delayMs: fc.integer({ min: 0, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 24 }), async (commands) => {
        const answers = commands.map(async ({ party, way, id, ...settings }) => {
          const side = parties[party];
          if (side === undefined) return;
          side.calls += 1;
          // Both use the same ids; within a session, an id waits for one answer at a time.
          const body = { ...toolCall(way === 'mcp' ? id : side.expected), params: { name: 'tool', arguments: settings } };
          if (way === 'messages') {
            side.expected += 1;
            expect((await post(side.messages, side.instance.token, body)).status).toBe(202);
            return;
          }
          const { text } = await post(fixture.url(side.instance, 'mcp'), side.instance.token, body);
          const answer = JSON.parse(settings.streams ? text.replace('data: ', '') : text);
          expect(answer).toEqual({ jsonrpc: '2.0', id, result: { mark: side.mark, padding: side.mark.repeat(settings.size) } });
        });
        await Promise.all(answers);
      }),
      { numRuns: 40, ...propertyLimits(30_000) },
    );
    for (const { mark, stream, expected } of parties) {
      await eventually(() => stream.text.split('event: message').length - 1 === expected, 'all answers');
      const foreign = mark === 'A' ? 'B' : 'A';
      expect(stream.text).not.toContain(`"mark":"${foreign}"`);
      expect(stream.text).not.toContain(foreign.repeat(2));
      for (const event of stream.text.split('\n\n').filter((each) => each.startsWith('event: message'))) {
        expect(JSON.parse(event.split('data: ')[1] ?? '').result.mark).toBe(mark);
      }
    }
    await fixture.router.close({ deadlineMs: 1_000 });
    for (const { instance, calls } of parties) expect(countsOf(fixture.batches, instance.id)).toEqual({ tool: [calls, 0] });
  });
});

describe('a session', () => {
  const opening: Script = (request, response, body) => {
    if (request.method === 'GET') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('event: endpoint\ndata: /messages?sessionId=sse-session\n\n');
    } else if (body.includes('"initialize"')) {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Mcp-Session-Id': 'http-session' });
      response.end('{"jsonrpc":"2.0","id":0,"result":{}}');
    } else if (request.method === 'DELETE') response.writeHead(200).end();
    else response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"jsonrpc":"2.0","id":1,"result":{}}');
  };
  const initialize = { jsonrpc: '2.0', id: 0, method: 'initialize', params: { clientInfo: { name: 'test', version: '1' } } };

  async function expectNotFound(victim: InstanceFixture, request: Promise<{ status: number; text: string }>) {
    const before = victim.seen.length;
    const answer = await request;
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code: -32001, data: { reason: 'session_not_found' } } });
    expect(victim.seen.length).toBe(before);
  }

  it('belongs to the subject of its token: with the valid token of another workspace it is not found', async () => {
    fixture = await startRouter();
    const owner = await fixture.addInstance(opening);
    const thief = await fixture.addInstance(opening);
    await post(fixture.url(owner, 'mcp'), owner.token, initialize);
    const stream = collect(await open(fixture.url(owner, 'sse'), { token: owner.token }));
    await stream.waitFor('endpoint');
    const named = { 'Mcp-Session-Id': 'http-session' };
    await expectNotFound(thief, post(fixture.url(thief, 'mcp'), thief.token, toolCall(1), named));
    await expectNotFound(thief, send(fixture.url(thief, 'mcp'), { token: thief.token, headers: named }));
    await expectNotFound(thief, send(fixture.url(thief, 'mcp'), { method: 'DELETE', token: thief.token, headers: named }));
    const query = /data: \S+(\?\S+)/.exec(stream.text)?.[1];
    await expectNotFound(thief, post(fixture.url(thief, 'messages') + query, thief.token, toolCall(1)));
    // Nor can the thief's own instance claim the id by handing it out too.
    await post(fixture.url(thief, 'mcp'), thief.token, initialize);
    expect((await post(fixture.url(owner, 'mcp'), owner.token, toolCall(1), named)).status).toBe(200);
    expect((await post(fixture.url(owner, 'messages') + query, owner.token, toolCall(1))).status).toBe(202);
  });

  it('goes on with another token of the same instance, and ends with DELETE', async () => {
    fixture = await startRouter();
    const owner = await fixture.addInstance(opening);
    const thief = await fixture.addInstance(opening);
    const second = fixture.addToken(owner);
    const named = { 'Mcp-Session-Id': 'http-session' };
    await post(fixture.url(owner, 'mcp'), owner.token, initialize);
    expect((await post(fixture.url(owner, 'mcp'), second.token, toolCall(1), named)).status).toBe(200);
    await send(fixture.url(owner, 'mcp'), { method: 'DELETE', token: second.token, headers: named });
    await expectNotFound(owner, post(fixture.url(owner, 'mcp'), owner.token, toolCall(1), named));
    await expectNotFound(thief, post(fixture.url(thief, 'mcp'), thief.token, toolCall(1), named));
  });

  it('that nobody has opened is not found, and no instance is asked', async () => {
    fixture = await startRouter();
    const owner = await fixture.addInstance();
    const named = { 'Mcp-Session-Id': 'made-up' };
    await expectNotFound(owner, post(fixture.url(owner, 'mcp'), owner.token, toolCall(1), named));
  });
});

describe('a handshake', () => {
  it('that the instance accepted is told, with a clean name of the client', async () => {
    fixture = await startRouter({ timing: { arrivalWaitMs: 100 } });
    const instance = await fixture.addInstance();
    const url = fixture.url(instance, 'mcp');
    const handshake = (clientInfo: unknown) => ({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { clientInfo } });
    for (const clientInfo of [{ name: 'n8n' }, { name: `a\u0000\u202eb${'c'.repeat(200)}` }, { name: 7 }, undefined]) {
      await post(url, instance.token, handshake(clientInfo));
    }
    const connection = { instanceId: instance.id, workspaceId: instance.workspaceId, tokenId: instance.tokenId };
    expect(fixture.connected).toEqual([
      { ...connection, clientName: 'n8n' },
      { ...connection, clientName: `ab${'c'.repeat(98)}` },
      connection,
      connection,
    ]);
    await instance.kill();
    await post(url, instance.token, handshake({ name: 'late' }));
    expect(fixture.connected).toHaveLength(4);
  });

  it('is served although nobody can be told of it', async () => {
    fixture = await startRouter({
      events: {
        clientConnected: async () => Promise.reject(new Error('down')),
        tokenUsed: () => {
          throw new Error('down');
        },
      },
    });
    const instance = await fixture.addInstance();
    const answer = await post(fixture.url(instance, 'mcp'), instance.token, { jsonrpc: '2.0', id: 0, method: 'initialize' });
    expect(answer.status).toBe(200);
    await eventually(() => fixture.errors.length === 2, 'the errors to be reported');
  });
});
