import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RouterOptions } from '../../../container/router/options.ts';
import type { ClientConnection, InstanceDescription, RouteRecord, TokenRecord } from '../../../container/router/ports.ts';
import { createRouter, type Router } from '../../../container/router/router.ts';
import { createBearerToken, hashBearerToken } from '../../../core/bearer-token.ts';
import { createIdentifier } from '../../../core/identifiers.ts';
import type { UsageBatch } from '../../../core/usage-record.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface SeenRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What an instance of a test does with a request whose body was read. */
export type Script = (request: IncomingMessage, response: ServerResponse, body: string) => void;

export interface InstanceFixture {
  id: string;
  workspaceId: string;
  token: string;
  tokenId: string;
  accessToken: string;
  seen: SeenRequest[];
  script: Script;
  server: Server;
  /** Ends the server and cuts its connections, as a killed process would. */
  kill(): Promise<void>;
}

/** A router on a real socket, with instances behind it and everything it talks to in memory. */
export interface RouterFixture {
  router: Router;
  base: string;
  tokens: Map<string, TokenRecord>;
  routes: Map<string, RouteRecord>;
  descriptions: Map<string, InstanceDescription>;
  batches: UsageBatch[];
  connected: ClientConnection[];
  used: string[];
  errors: unknown[];
  lookUps: { tokens: number; routes: number };
  addInstance(script?: Script, workspaceId?: string): Promise<InstanceFixture>;
  addToken(instance: Pick<InstanceFixture, 'id' | 'workspaceId'>, expiresAt?: string | null): { token: string; tokenId: string };
  url(instance: InstanceFixture, door: string): string;
  close(): Promise<void>;
}

/** Answers every request with a result that repeats its id. */
export const echo: Script = (_request, response, body) => {
  const id = body === '' ? null : (JSON.parse(body).id ?? null);
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id, result: { ok: true } }));
};

export async function listen(listener: RequestListener): Promise<{ server: Server; address: string }> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

export async function stop(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  if (server.listening) await once(server, 'close');
}

async function startInstance(script: Script, workspaceId: string): Promise<{ instance: InstanceFixture; address: string }> {
  const seen: SeenRequest[] = [];
  const { server, address } = await listen((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      response.on('error', () => {});
      instance.script(request, response, body);
    });
  });
  const instance: InstanceFixture = {
    id: createIdentifier('instance'),
    workspaceId,
    token: '',
    tokenId: '',
    accessToken: `internal-${createIdentifier('token')}`,
    seen,
    script,
    server,
    kill: () => stop(server),
  };
  return { instance, address };
}

/** Starts a router whose ports answer from memory; `overrides` replaces any of its options. */
export async function startRouter(overrides: Partial<RouterOptions> = {}): Promise<RouterFixture> {
  const tokens = new Map<string, TokenRecord>();
  const routes = new Map<string, RouteRecord>();
  const descriptions = new Map<string, InstanceDescription>();
  const batches: UsageBatch[] = [];
  const connected: ClientConnection[] = [];
  const used: string[] = [];
  const errors: unknown[] = [];
  const lookUps = { tokens: 0, routes: 0 };
  const instances: InstanceFixture[] = [];
  const router = createRouter({
    tokens: {
      findByHash: async (hash) => {
        lookUps.tokens += 1;
        return tokens.get(hash);
      },
    },
    routes: {
      get: async (instanceId) => {
        lookUps.routes += 1;
        return routes.get(instanceId);
      },
    },
    instances: { describe: async (instanceId) => descriptions.get(instanceId) },
    usage: { apply: async (batch) => void batches.push(structuredClone(batch)) },
    events: { clientConnected: (connection) => void connected.push(connection), tokenUsed: (tokenId) => void used.push(tokenId) },
    reportError: (error) => errors.push(error),
    ...overrides,
    timing: { arrivalWaitMs: 5_000, ...overrides.timing },
  });
  const { server, address } = await listen((request, response) => router.handle(request, response));
  const fixture: RouterFixture = {
    router,
    base: address,
    tokens,
    routes,
    descriptions,
    batches,
    connected,
    used,
    errors,
    lookUps,
    async addInstance(script = echo, workspaceId = createIdentifier('workspace')) {
      const { instance, address: instanceAddress } = await startInstance(script, workspaceId);
      instances.push(instance);
      const { id: instanceId, accessToken } = instance;
      routes.set(instanceId, { instanceId, workspaceId, address: instanceAddress, accessToken });
      descriptions.set(instanceId, { status: 'running', statusReason: '', nextStep: null });
      Object.assign(instance, fixture.addToken(instance));
      return instance;
    },
    addToken(instance, expiresAt = null) {
      const token = createBearerToken('instance');
      const tokenId = createIdentifier('token');
      tokens.set(hashBearerToken(token), { id: tokenId, instanceId: instance.id, workspaceId: instance.workspaceId, expiresAt });
      return { token, tokenId };
    },
    url: (instance, door) => `${address}/i/${instance.id}/${door}`,
    async close() {
      await router.close({ deadlineMs: 50 });
      await stop(server);
      for (const instance of instances) await instance.kill();
    },
  };
  return fixture;
}

export interface ClientRequest {
  method?: string;
  token?: string | undefined;
  headers?: OutgoingHttpHeaders;
  body?: unknown;
  signal?: AbortSignal;
}

/** Opens a request and answers with the response as soon as its head is there. */
export async function open(
  url: string,
  { method = 'GET', token, headers = {}, body, signal }: ClientRequest = {},
): Promise<IncomingMessage> {
  const text = body === undefined || typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body);
  const request = httpRequest(url, {
    method,
    agent: false,
    ...(signal === undefined ? {} : { signal }),
    headers: {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(text === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
      ...headers,
    },
  });
  request.end(text);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  request.on('error', () => {});
  return response;
}

/** Sends a request and reads the whole answer. */
export async function send(url: string, request: ClientRequest = {}): Promise<Answer> {
  const response = await open(url, request);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') };
}

export function post(url: string, token: string | undefined, body: unknown, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
  return send(url, { method: 'POST', token, body, headers });
}

/** A tool that only reads, so that a call whose answer was lost is made again; and one that writes. */
export const readingTool = 'campaigns_get_all';
export const writingTool = 'campaigns_delete';

export function toolCall(id: string | number, tool = readingTool) {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name: tool, arguments: {} } };
}

/** Of this machine, also while a test has the router live by a clock of its own. */
const machine = { setTimeout, clearTimeout, now: performance.now.bind(performance) };

/** How long anything may take on a machine that stands still for a while; what comes is not waited for any longer than it takes. */
const patienceMs = 15_000;

/** Collects what a stream says; `waitFor` resolves as soon as it said something that matches. */
export function collect(response: IncomingMessage) {
  let text = '';
  let ended = false;
  let aborted = false;
  const waiting = new Set<() => void>();
  const changed = () => {
    for (const look of [...waiting]) look();
  };
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    text += chunk;
    changed();
  });
  response.on('end', () => {
    ended = true;
    changed();
  });
  response.on('error', () => {
    aborted = true;
    changed();
  });
  const waitUntil = (reached: () => boolean, what: string) =>
    new Promise<void>((resolve, reject) => {
      if (reached()) return resolve();
      const timer = machine.setTimeout(() => {
        waiting.delete(look);
        reject(new Error(`waited ${patienceMs} ms for ${what}, got: ${text}`));
      }, patienceMs);
      const look = () => {
        if (!reached()) return;
        waiting.delete(look);
        machine.clearTimeout(timer);
        resolve();
      };
      waiting.add(look);
    });
  return {
    get text() {
      return text;
    },
    get ended() {
      return ended;
    },
    get aborted() {
      return aborted;
    },
    /** Waits for something that can only become true by what the stream says, or by its end. */
    waitUntil,
    waitFor: (part: string) => waitUntil(() => text.includes(part), JSON.stringify(part)),
    waitForEnd: () => waitUntil(() => ended || aborted, 'the end'),
  };
}

/** Waits until the condition holds. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const deadline = machine.now() + patienceMs;
  while (!condition()) {
    if (machine.now() > deadline) throw new Error(`waited ${patienceMs} ms for ${what}`);
    await new Promise((resolve) => machine.setTimeout(resolve, 5));
  }
}

/** Calls counted by a sink, summed over minutes: `tool -> [calls, errors]`. */
export function countsOf(batches: UsageBatch[], instanceId: string): Record<string, [number, number]> {
  const counts: Record<string, [number, number]> = {};
  for (const record of batches.flatMap((batch) => batch.records)) {
    if (record.instanceId !== instanceId || (record.calls === 0 && record.errors === 0)) continue;
    const [calls, errors] = counts[record.tool] ?? [0, 0];
    counts[record.tool] = [calls + record.calls, errors + record.errors];
  }
  return counts;
}
