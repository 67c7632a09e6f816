import { Agent, type IncomingMessage, request } from 'node:http';

/**
 * The least MCP client that can load a server: no validation, one keep-alive pool, so that what is measured is the server.
 */
export interface McpSession {
  call(method: string, params: unknown): Promise<unknown>;
  close(): void;
}

interface Answer {
  result?: unknown;
  error?: { message: string };
}

const initialize = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'bench', version: '1.0.0' } };

function authorization(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

function unwrap(answer: Answer): unknown {
  if (answer.error !== undefined) throw new Error(answer.error.message);
  return answer.result;
}

/** Calls back with the data of each server-sent event. */
function readEvents(response: IncomingMessage, onEvent: (event: string, data: string) => void): void {
  response.setEncoding('utf8');
  let buffered = '';
  response.on('data', (chunk: string) => {
    buffered += chunk.replaceAll('\r\n', '\n');
    for (let end = buffered.indexOf('\n\n'); end >= 0; end = buffered.indexOf('\n\n')) {
      const lines = buffered.slice(0, end).split('\n');
      buffered = buffered.slice(end + 2);
      const field = (name: string) =>
        lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trimStart());
      const data = field('data');
      if (data.length > 0) onEvent(field('event')[0] ?? 'message', data.join('\n'));
    }
  });
}

function post(agent: Agent, url: URL, headers: Record<string, string>, body: unknown): Promise<IncomingMessage> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method: 'POST',
        agent,
        headers: {
          ...headers,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'content-length': Buffer.byteLength(text),
        },
      },
      resolve,
    );
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += chunk;
  return text;
}

/** Opens a session over HTTP+SSE (2024-11-05) and initializes it. */
export async function openSse(url: string, token?: string): Promise<McpSession> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>();
  const stream = request(url, { headers: { accept: 'text/event-stream', ...authorization(token) } });
  const endpoint = await new Promise<URL>((resolve, reject) => {
    stream.on('error', (error) => {
      reject(error);
      for (const call of waiting.values()) call.reject(error);
    });
    stream.on('response', (response) => {
      if (response.statusCode !== 200) reject(new Error(`SSE answered ${response.statusCode}`));
      readEvents(response, (event, data) => {
        if (event === 'endpoint') resolve(new URL(data, url));
        else {
          const answer = JSON.parse(data) as Answer & { id?: number };
          if (answer.id !== undefined) waiting.get(answer.id)?.resolve(answer);
        }
      });
    });
    stream.end();
  });
  let lastId = 0;
  const send = async (message: object) => {
    const response = await post(agent, endpoint, authorization(token), message);
    response.resume();
    if ((response.statusCode ?? 500) >= 300) throw new Error(`POST answered ${response.statusCode}`);
  };
  const call = async (method: string, params: unknown) => {
    lastId += 1;
    const id = lastId;
    const answer = new Promise<Answer>((resolve, reject) => waiting.set(id, { resolve, reject }));
    await send({ jsonrpc: '2.0', id, method, params });
    const result = unwrap(await answer);
    waiting.delete(id);
    return result;
  };
  await call('initialize', initialize);
  await send({ jsonrpc: '2.0', method: 'notifications/initialized' });
  return {
    call,
    close: () => {
      stream.destroy();
      agent.destroy();
    },
  };
}

/** Opens a session over Streamable HTTP and initializes it. */
export async function openStreamableHttp(url: string, token?: string): Promise<McpSession> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const target = new URL(url);
  let session: Record<string, string> = {};
  let lastId = 0;
  const call = async (method: string, params: unknown) => {
    lastId += 1;
    const response = await post(
      agent,
      target,
      { ...authorization(token), ...session },
      { jsonrpc: '2.0', id: lastId, method, params },
    );
    const sessionId = response.headers['mcp-session-id'];
    if (typeof sessionId === 'string')
      session = { 'mcp-session-id': sessionId, 'mcp-protocol-version': initialize.protocolVersion };
    const text = await textOf(response);
    if (response.statusCode !== 200) throw new Error(`POST answered ${response.statusCode}: ${text}`);
    if (!response.headers['content-type']?.startsWith('text/event-stream')) return unwrap(JSON.parse(text));
    const data = text.split('\n').findLast((line) => line.startsWith('data:') && line.includes('"id"'));
    return unwrap(JSON.parse(data?.slice('data:'.length) ?? '{}'));
  };
  await call('initialize', initialize);
  (
    await post(agent, target, { ...authorization(token), ...session }, { jsonrpc: '2.0', method: 'notifications/initialized' })
  ).resume();
  return { call, close: () => agent.destroy() };
}
