import { EventConnection } from './event-connection.ts';
import { HttpConnection, headerOf } from './http-connection.ts';

/** A client with a number of lanes, each of which has one call in flight at a time. */
export interface LoadClient {
  /** Makes one call on a lane and waits for its answer. */
  call(lane: number): Promise<void>;
  /** Asks for the list of tools. */
  list(): Promise<void>;
  /** Ends the session as its revision says, where it says anything. */
  leave(): Promise<void>;
  /** Cuts all connections. */
  drop(): void;
}

export type TransportName = 'HTTP+SSE' | 'Streamable HTTP 2025-11-25' | 'Streamable HTTP 2026-07-28';

export interface ClientOptions {
  port: number;
  tool: string;
  lanes: number;
  paths?: { sse?: string; mcp?: string };
  /** Sent with every request, such as a bearer token. */
  headers?: Record<string, string>;
}

const clientInfo = { name: 'bench', version: '1.0.0' };
/** Ids have one length, so that all requests of a lane have one length, too. */
const firstId = 1_000_000;

function requestHead(method: string, path: string, headers: Record<string, string>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${lines.join('')}\r\n`;
}

function post(path: string, headers: Record<string, string>, body: string): string {
  const accept = 'application/json, text/event-stream';
  const length = String(Buffer.byteLength(body));
  return (
    requestHead('POST', path, { 'Content-Type': 'application/json', Accept: accept, ...headers, 'Content-Length': length }) + body
  );
}

function get(path: string, headers: Record<string, string> = {}): string {
  return requestHead('GET', path, { Accept: 'text/event-stream', ...headers });
}

/** A request whose id is filled in for each call. */
function template(path: string, headers: Record<string, string>, method: string, params: object): (id: number) => string {
  const text = post(path, headers, JSON.stringify({ jsonrpc: '2.0', id: firstId, method, params }));
  const [before, after] = text.split(`"id":${firstId}`) as [string, string];
  return (id) => `${before}"id":${id}${after}`;
}

const initialize = (protocolVersion: string) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion, capabilities: {}, clientInfo } });
const initialized = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });

function openLanes(port: number, lanes: number): Promise<HttpConnection[]> {
  return Promise.all(Array.from({ length: lanes }, () => HttpConnection.open(port)));
}

function expectStatus(status: number, body: string): void {
  if (status >= 300) throw new Error(`answered ${status}: ${body.slice(0, 300)}`);
}

/** Over HTTP+SSE: one stream for all answers, one connection a lane for the posts. */
export async function openHttpSse({ port, tool, lanes, paths, headers = {} }: ClientOptions): Promise<LoadClient> {
  const { connection: stream, found } = await EventConnection.open(port, get(paths?.sse ?? '/sse', headers));
  const target = new URL(found, `http://localhost:${port}`);
  const path = target.pathname + target.search;
  const connections = await openLanes(port, lanes);
  const [first] = connections as [HttpConnection, ...HttpConnection[]];
  let lastId = firstId;
  const ask = async (connection: HttpConnection, id: number, request: string) => {
    const answered = stream.answer(id);
    const { status, body } = await connection.exchange(request);
    expectStatus(status, body);
    await answered;
  };
  await ask(first, 1, post(path, headers, initialize('2025-11-25')));
  const accepted = await first.exchange(post(path, headers, initialized));
  expectStatus(accepted.status, accepted.body);
  const callRequest = template(path, headers, 'tools/call', { name: tool, arguments: {} });
  const listRequest = template(path, headers, 'tools/list', {});
  const drop = () => {
    stream.close();
    for (const connection of connections) connection.close();
  };
  return {
    call: (lane) => {
      lastId += 1;
      return ask(connections[lane] as HttpConnection, lastId, callRequest(lastId));
    },
    list: () => {
      lastId += 1;
      return ask(first, lastId, listRequest(lastId));
    },
    leave: async () => drop(),
    drop,
  };
}

/** Over Streamable HTTP with a session, and with its standalone stream open where asked for. */
export async function openSessions2025(
  { port, tool, lanes, paths, headers: given = {} }: ClientOptions,
  { standalone = true }: { standalone?: boolean } = {},
): Promise<LoadClient> {
  const path = paths?.mcp ?? '/mcp';
  const connections = await openLanes(port, lanes);
  const [first] = connections as [HttpConnection, ...HttpConnection[]];
  const opened = await first.exchange(post(path, given, initialize('2025-11-25')));
  expectStatus(opened.status, opened.body);
  const headers: Record<string, string> = { ...given, 'mcp-protocol-version': '2025-11-25' };
  const sessionId = headerOf(opened.head, 'mcp-session-id');
  if (sessionId !== undefined) headers['mcp-session-id'] = sessionId;
  const accepted = await first.exchange(post(path, headers, initialized));
  expectStatus(accepted.status, accepted.body);
  const stream = standalone ? (await EventConnection.open(port, get(path, headers), /(\r\n\r\n)/)).connection : undefined;
  const callRequest = template(path, headers, 'tools/call', { name: tool, arguments: {} });
  const listRequest = template(path, headers, 'tools/list', {});
  const client = lanesOver(connections, callRequest, listRequest);
  const drop = () => {
    stream?.close();
    client.drop();
  };
  const end = requestHead('DELETE', path, headers);
  return {
    ...client,
    drop,
    leave: async () => {
      await first.exchange(end);
      drop();
    },
  };
}

/** Over Streamable HTTP of 2026-07-28: no session; every request says who asks. */
export async function openStateless2026({ port, tool, lanes, paths, headers: given = {} }: ClientOptions): Promise<LoadClient> {
  const path = paths?.mcp ?? '/mcp';
  const connections = await openLanes(port, lanes);
  const prefix = 'io.modelcontextprotocol/';
  const _meta = {
    [`${prefix}protocolVersion`]: '2026-07-28',
    [`${prefix}clientInfo`]: clientInfo,
    [`${prefix}clientCapabilities`]: {},
  };
  const headers = { ...given, 'mcp-protocol-version': '2026-07-28' };
  const callHeaders = { ...headers, 'mcp-method': 'tools/call', 'mcp-name': tool };
  return lanesOver(
    connections,
    template(path, callHeaders, 'tools/call', { name: tool, arguments: {}, _meta }),
    template(path, { ...headers, 'mcp-method': 'tools/list' }, 'tools/list', { _meta }),
  );
}

function lanesOver(
  connections: HttpConnection[],
  callRequest: (id: number) => string,
  listRequest: (id: number) => string,
): LoadClient {
  let lastId = firstId;
  const exchange = async (connection: HttpConnection, request: (id: number) => string) => {
    lastId += 1;
    const { status, body } = await connection.exchange(request(lastId));
    if (status !== 200 || !body.includes('"result":')) throw new Error(`answered ${status}: ${body.slice(0, 300)}`);
  };
  const drop = () => {
    for (const connection of connections) connection.close();
  };
  return {
    call: (lane) => exchange(connections[lane] as HttpConnection, callRequest),
    list: () => exchange(connections[0] as HttpConnection, listRequest),
    leave: async () => drop(),
    drop,
  };
}

export const openClient: Record<TransportName, (options: ClientOptions) => Promise<LoadClient>> = {
  'HTTP+SSE': openHttpSse,
  'Streamable HTTP 2025-11-25': (options) => openSessions2025(options),
  'Streamable HTTP 2026-07-28': openStateless2026,
};
