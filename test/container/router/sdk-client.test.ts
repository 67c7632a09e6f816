import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sessionIdHeader } from '../../../core/data-plane-headers.ts';
import { countsOf, eventually, type InstanceFixture, type RouterFixture, type Script, startRouter } from './fixture.ts';

/** @param hasHeard Whether the client has heard of the progress. */
function createServer(hasHeard: (progress: number) => boolean): McpServer {
  const server = new McpServer({ name: 'small', version: '1.0.0' });
  server.registerTool('repeat', { inputSchema: { text: z.string(), times: z.number() } }, async ({ text, times }, extra) => {
    const progressToken = extra._meta?.progressToken;
    if (progressToken !== undefined) {
      for (let progress = 1; progress <= 3; progress += 1) {
        await extra.sendNotification({ method: 'notifications/progress', params: { progressToken, progress } });
        // The client handles notifications a moment later than answers; one that comes with the answer would find its listener gone.
        await eventually(() => hasHeard(progress), 'the client to hear of the progress');
      }
    }
    return { content: [{ type: 'text', text: text.repeat(times) }] };
  });
  return server;
}

/** A small real MCP server with both network transports of the official SDK, sessions included. */
function realServer(jsonAnswers: boolean, heard: readonly number[]): Script {
  // In JSON there is no room for notifications.
  const hasHeard = (progress: number) => jsonAnswers || heard.includes(progress);
  const sseSessions = new Map<string, SSEServerTransport>();
  const httpSessions = new Map<string, StreamableHTTPServerTransport>();
  const serveSse = async (request: IncomingMessage, response: ServerResponse) => {
    const transport = new SSEServerTransport(`${request.headers['x-forwarded-prefix']}/messages`, response);
    sseSessions.set(transport.sessionId, transport);
    await createServer(hasHeard).connect(transport as Transport);
  };
  const serveHttp = async (request: IncomingMessage, response: ServerResponse, body: unknown) => {
    const sessionId = request.headers['mcp-session-id'];
    let transport = typeof sessionId === 'string' ? httpSessions.get(sessionId) : undefined;
    if (transport === undefined) {
      const created = new StreamableHTTPServerTransport({
        // As instances do: where an answer takes its time, the router has named the session to the client already.
        sessionIdGenerator: () => String(request.headers[sessionIdHeader] ?? randomUUID()),
        enableJsonResponse: jsonAnswers,
        onsessioninitialized: (id) => void httpSessions.set(id, created),
      });
      await createServer(hasHeard).connect(created as Transport);
      transport = created;
    }
    await transport.handleRequest(request, response, body);
  };
  return (request, response, text) => {
    const url = new URL(request.url ?? '', 'http://instance');
    const body = text === '' ? undefined : JSON.parse(text);
    if (url.pathname === '/mcp') void serveHttp(request, response, body);
    else if (url.pathname === '/sse') void serveSse(request, response);
    else void sseSessions.get(url.searchParams.get('sessionId') ?? '')?.handlePostMessage(request, response, body);
  };
}

describe.each([
  ['HTTP+SSE', 'sse', false],
  ['Streamable HTTP with streamed answers', 'mcp', false],
  ['Streamable HTTP with JSON answers', 'mcp', true],
] as const)('the official client over %s', (_name, door, jsonAnswers) => {
  let fixture: RouterFixture;
  let instance: InstanceFixture;
  let progress: number[];
  beforeEach(async () => {
    progress = [];
    fixture = await startRouter({ timing: { keepAliveMs: 50, arrivalWaitMs: 20_000 } });
    instance = await fixture.addInstance(realServer(jsonAnswers, progress));
  });
  afterEach(() => fixture.close());

  function connect(token: string): { client: Client; connecting: Promise<void> } {
    const url = new URL(fixture.url(instance, door));
    const requestInit = { headers: { Authorization: `Bearer ${token}` } };
    const transport =
      door === 'sse' ? new SSEClientTransport(url, { requestInit }) : new StreamableHTTPClientTransport(url, { requestInit });
    const client = new Client({ name: 'official', version: '1.0.0' });
    return { client, connecting: client.connect(transport as Transport) };
  }

  it('lists tools, calls them many at a time, hears of progress and leaves', async () => {
    const { client, connecting } = connect(instance.token);
    await connecting;
    expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(['repeat']);
    const sizes = [1, 10, 50_000];
    const texts = ['a', '😀', 'é"\\\n'];
    const calls = texts.flatMap((text) => sizes.map((times) => ({ text, times })));
    const results = await Promise.all(calls.map((input) => client.callTool({ name: 'repeat', arguments: input })));
    expect(results.map((result) => result.content)).toEqual(
      calls.map(({ text, times }) => [{ type: 'text', text: text.repeat(times) }]),
    );
    const onprogress = (each: { progress: number }) => void progress.push(each.progress);
    await client.callTool({ name: 'repeat', arguments: { text: 'x', times: 1 } }, undefined, { onprogress });
    if (!jsonAnswers) expect(progress).toEqual([1, 2, 3]);
    await pause(200);
    expect((await client.listTools()).tools).toHaveLength(1);
    await client.close();
    await eventually(() => fixture.router.metrics().includes('open_requests 0\n'), 'everything to be closed');
    expect(fixture.connected).toMatchObject([{ instanceId: instance.id, clientName: 'official' }]);
    await fixture.router.close({ deadlineMs: 500 });
    expect(countsOf(fixture.batches, instance.id)).toEqual({ repeat: [10, 0] });
    expect(fixture.errors).toEqual([]);
  });

  it('is told clearly that its token is wrong', async () => {
    const { connecting } = connect(`${instance.token.slice(0, -1)}!`);
    await expect(connecting).rejects.toThrow(/401|not a complete instance token/);
    expect(instance.seen).toEqual([]);
  });
});
