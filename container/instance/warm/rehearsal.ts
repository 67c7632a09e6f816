import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInstance } from '../instance.ts';
import { createLog } from '../observability/log.ts';
import { startServing } from '../serving.ts';

const longestMs = 10_000;
const host = '127.0.0.1';

const messages = [
  {
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'rehearsal', version: '0' } },
  },
  { jsonrpc: '2.0', method: 'notifications/initialized' },
  { jsonrpc: '2.0', id: 1, method: 'tools/list' },
  { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'campaigns_get_all', arguments: {} } },
];
const lastAnswer = '"id":2';

/**
 * Serves an invented customer once, from the first handshake to the answer of a call, over every door, against a Smartlead that is a
 * server of this function; then throws it all away. What stays is what V8 has compiled and what was loaded: nothing that a later
 * customer could see, and nothing that depends on one. All of it happens on the loopback interface.
 * @throws Error where the instance does not answer as it should, or not within 10 s.
 */
export async function rehearse(): Promise<void> {
  const smartlead = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end('[{"id":1,"name":"Example"}]');
  });
  smartlead.listen(0, host);
  await once(smartlead, 'listening');
  const base = `http://${host}:${(smartlead.address() as AddressInfo).port}`;
  const token = randomBytes(32).toString('base64url');
  const log = createLog({ write: () => undefined }, 'info');
  const instance = createInstance(
    {
      smartleadApiKey: 'rehearsal',
      smartleadHosts: { core: base, prospect: base, delivery: base, senders: base },
      policy: { policy: 'read-only', allow: [] },
      rateLimit: 'off',
    },
    log,
  );
  const serving = await startServing(instance, { host, port: 0, mode: 'both', token }, log);
  const client = new RehearsalClient(serving.port, token);
  try {
    await instance.warmUp();
    await rehearseStreamableHttp(client);
    await rehearseHttpSse(client);
  } finally {
    await serving.stop(0);
    smartlead.closeAllConnections();
    smartlead.close();
  }
}

async function rehearseStreamableHttp(client: RehearsalClient): Promise<void> {
  let session: Record<string, string> = {};
  for (const message of messages) {
    const answer = await client.send('POST', '/mcp', message, session);
    session = { 'mcp-session-id': String(answer.headers['mcp-session-id'] ?? session['mcp-session-id']) };
    await textUntil(answer);
  }
}

async function rehearseHttpSse(client: RehearsalClient): Promise<void> {
  const stream = await client.send('GET', '/sse');
  const [, messagesPath] = /data: (\S+)/.exec(await textUntil(stream, '\n\n')) ?? [];
  if (messagesPath === undefined) throw new Error('the stream does not say where messages go');
  for (const message of messages) await textUntil(await client.send('POST', messagesPath, message));
  await textUntil(stream, lastAnswer);
  stream.destroy();
}

class RehearsalClient {
  readonly #port: number;
  readonly #token: string;
  readonly #signal = AbortSignal.timeout(longestMs);

  constructor(port: number, token: string) {
    this.#port = port;
    this.#token = token;
  }

  async send(method: string, path: string, message?: object, headers: Record<string, string> = {}): Promise<IncomingMessage> {
    const sent = request({
      host,
      port: this.#port,
      method,
      path,
      headers: {
        authorization: `Bearer ${this.#token}`,
        accept: message === undefined ? 'text/event-stream' : 'application/json, text/event-stream',
        'content-type': 'application/json',
        ...headers,
      },
      signal: this.#signal,
    });
    sent.end(message === undefined ? undefined : JSON.stringify(message));
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    if ((answer.statusCode ?? 0) >= 300) throw new Error(`the instance answers ${answer.statusCode} at ${path}`);
    answer.setEncoding('utf8');
    return answer;
  }
}

/** What came until the text did, or until the end. The stream stays open. */
function textUntil(answer: IncomingMessage, end?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const finish = () => {
      answer.off('data', read);
      resolve(text);
    };
    const read = (chunk: string) => {
      text += chunk;
      if (end !== undefined && text.includes(end)) finish();
    };
    answer.on('data', read).once('end', finish).once('error', reject);
  });
}
