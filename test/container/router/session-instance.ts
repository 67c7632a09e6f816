import type { ServerResponse } from 'node:http';
import { sessionIdHeader } from '../../../core/data-plane-headers.ts';
import { type Answer, type InstanceFixture, post, type RouterFixture, type Script } from './fixture.ts';

export interface SeenMessage {
  id?: string | number;
  method?: string;
  params?: Record<string, unknown>;
}

/** One process of an instance that serves sessions of Streamable HTTP under the ids it is told. */
export interface SessionProcess {
  script: Script;
  /** Sessions that are open in this process. */
  sessions: Map<string, { initialized: boolean; logLevel?: unknown; subscriptions: unknown[] }>;
  /** Standing streams, by session. */
  streams: Map<string, ServerResponse>;
  /** Every message, in the order of arrival. */
  messages: SeenMessage[];
  /** Last-Event-ID of every GET. */
  resumedAfter: (string | undefined)[];
}

/** Answers a `tools/call`. */
export type CallScript = (response: ServerResponse, message: SeenMessage, body: string) => void;

/** Answers with a result that repeats the id. */
export const answerCall: CallScript = (response, message) => {
  const text = JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { content: [], from: 'process' } });
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }).end(text);
};

export function createSessionProcess(onCall: CallScript = answerCall): SessionProcess {
  const process: SessionProcess = { script, sessions: new Map(), streams: new Map(), messages: [], resumedAfter: [] };
  function script(...[request, response, body]: Parameters<Script>): void {
    const named = String(request.headers['mcp-session-id'] ?? '');
    const session = process.sessions.get(named);
    if (request.method !== 'POST' && session === undefined) {
      response.writeHead(404).end();
      return;
    }
    if (request.method === 'GET') {
      process.resumedAfter.push(request.headers['last-event-id'] as string | undefined);
      process.streams.set(named, response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Mcp-Session-Id': named }));
      response.flushHeaders();
      return;
    }
    if (request.method === 'DELETE') {
      process.sessions.delete(named);
      response.writeHead(200, { 'Content-Length': 0 }).end();
      return;
    }
    const parsed = JSON.parse(body);
    const messages: SeenMessage[] = Array.isArray(parsed) ? parsed : [parsed];
    const [message = {}] = messages;
    process.messages.push(...messages);
    if (message.method === 'initialize') {
      const id = String(request.headers[sessionIdHeader]);
      process.sessions.set(id, { initialized: false, subscriptions: [] });
      const answer = JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { protocolVersion: '2025-11-25' } });
      response.writeHead(200, { 'Content-Type': 'application/json', 'Mcp-Session-Id': id }).end(answer);
      return;
    }
    if (named !== '' && session === undefined) {
      response.writeHead(404, { 'Content-Type': 'application/json' });
      response.end('{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}');
      return;
    }
    if (session !== undefined && message.method === 'notifications/initialized') session.initialized = true;
    if (session !== undefined && message.method === 'logging/setLevel') session.logLevel = message.params?.level;
    if (session !== undefined && message.method === 'resources/subscribe') session.subscriptions.push(message.params?.uri);
    if (message.method === 'tools/call') onCall(response, message, body);
    else if (message.id === undefined) response.writeHead(202).end();
    else answerCall(response, message, body);
  }
  return process;
}

export const accept = { Accept: 'application/json, text/event-stream' };

export function initialize(clientInfo: object = { name: 'test', version: '1' }, capabilities: object = {}) {
  return { jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities, clientInfo } };
}

/** A session of a client: the URL of the door and the headers that name it. */
export interface OpenedSession {
  id: string;
  headers: Record<string, string>;
  post(body: unknown): Promise<Answer>;
}

export async function openSession(
  fixture: RouterFixture,
  instance: InstanceFixture,
  handshake: object = initialize(),
): Promise<OpenedSession> {
  const url = fixture.url(instance, 'mcp');
  const opened = await post(url, instance.token, handshake, accept);
  const id = String(opened.headers['mcp-session-id']);
  const headers = { ...accept, 'Mcp-Session-Id': id };
  await post(url, instance.token, { jsonrpc: '2.0', method: 'notifications/initialized' }, headers);
  return { id, headers, post: (body) => post(url, instance.token, body, headers) };
}

/** Starts another process for the instance, without a word to the router. The former one is to be ended by the test. */
export async function launchSuccessor(fixture: RouterFixture, instance: InstanceFixture, process: SessionProcess): Promise<void> {
  const successor = await fixture.addInstance(process.script, instance.workspaceId);
  const { address, accessToken } = fixture.routes.get(successor.id) ?? { address: '', accessToken: '' };
  fixture.routes.set(instance.id, { instanceId: instance.id, workspaceId: instance.workspaceId, address, accessToken });
}
