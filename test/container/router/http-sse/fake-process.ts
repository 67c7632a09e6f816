import type { ServerResponse } from 'node:http';
import type { RouteTarget } from '../../../../container/router/ports.ts';
import { createIdentifier } from '../../../../core/identifiers.ts';
import type { InstanceMode } from '../../../../core/instance-configuration.ts';
import { listen, type RouterFixture, stop } from '../fixture.ts';

export interface Message {
  id?: string | number;
  method?: string;
  params?: { name?: string; protocolVersion?: string; [name: string]: unknown };
  result?: unknown;
  error?: unknown;
}

interface Session {
  response: ServerResponse;
  messages: Message[];
}

/** One process of an instance, at the doors of HTTP+SSE: it answers handshakes, and calls only when it is told to. */
export interface FakeProcess extends RouteTarget {
  sessions: Map<string, Session>;
  /** All messages it was sent, with their sessions. */
  received: { session: string; message: Message }[];
  /** Calls are answered at once by their tool's name. */
  answersCalls: boolean;
  /** Streams opened. */
  opened: number;
  say(session: string, message: object): void;
  answer(session: string, id: string | number, result: unknown): void;
  /** Writes a piece of an event. */
  write(session: string, text: string): void;
  kill(): Promise<void>;
  /**
   * What it does with messages from now on, as one that ends in order: refuses them with 503, takes no connections any more, or still
   * accepts them without ever answering. Its streams stay open.
   */
  drain(how: 'refuses' | 'not-reached' | 'swallows'): void;
  /** Ends its streams in order, as a process does that stops. */
  endStreams(): void;
}

/** @param options `callMs`: how long it takes for a call, where it answers them. */
export async function startProcess(
  options: { answersCalls?: boolean; callMs?: number; refuseGet?: number } = {},
): Promise<FakeProcess> {
  const accessToken = `internal-${createIdentifier('token')}`;
  const sessions = new Map<string, Session>();
  const received: FakeProcess['received'] = [];
  let draining: 'refuses' | 'not-reached' | 'swallows' | undefined;
  const { server, address } = await listen((request, response) => {
    response.on('error', () => {});
    if (request.headers.authorization !== `Bearer ${accessToken}`) {
      response.writeHead(401).end();
      return;
    }
    if (draining === 'refuses' || (draining !== undefined && request.method === 'GET')) {
      response.writeHead(503, { Connection: 'close' }).end();
      return;
    }
    if (request.method === 'GET') {
      if (options.refuseGet !== undefined) {
        response.writeHead(options.refuseGet).end('no');
        return;
      }
      const id = String(request.headers['x-session-id']);
      fake.opened += 1;
      sessions.get(id)?.response.end();
      const session = { response, messages: [] };
      sessions.set(id, session);
      response.on('close', () => {
        if (sessions.get(id) === session) sessions.delete(id);
      });
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(`event: endpoint\ndata: /messages?sessionId=${id}\n\nretry: 1\n\n`);
      return;
    }
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const id = new URL(request.url ?? '', 'http://instance').searchParams.get('sessionId') ?? '';
      if (!sessions.has(id)) {
        response.writeHead(404).end('{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}');
        return;
      }
      response.writeHead(202).end('Accepted');
      if (draining === 'swallows') received.push({ session: id, message: JSON.parse(body) as Message });
      else take(id, JSON.parse(body) as Message);
    });
  });
  const take = (id: string, message: Message) => {
    received.push({ session: id, message });
    sessions.get(id)?.messages.push(message);
    if (message.id === undefined) return;
    if (message.method === 'initialize') {
      const { protocolVersion = '' } = message.params ?? {};
      fake.answer(id, message.id, { protocolVersion, capabilities: {}, serverInfo: { name: 'fake', version: '1' } });
    } else if (message.method === 'ping') fake.answer(id, message.id, {});
    else if (message.method !== undefined && fake.answersCalls) {
      const asked = message.id;
      const answer = () => fake.answer(id, asked, { said: message.params?.name, by: id });
      if (options.callMs === undefined) answer();
      else setTimeout(answer, options.callMs);
    }
  };
  const fake: FakeProcess = {
    address,
    accessToken,
    sessions,
    received,
    answersCalls: options.answersCalls ?? false,
    opened: 0,
    say: (id, message) => void sessions.get(id)?.response.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`),
    answer: (session, id, result) => fake.say(session, { jsonrpc: '2.0', id, result }),
    write: (id, text) => void sessions.get(id)?.response.write(text),
    kill: () => stop(server),
    drain(how) {
      draining = how;
      if (how === 'not-reached') server.close();
    },
    endStreams() {
      for (const { response } of sessions.values()) response.end();
    },
  };
  return fake;
}

/** An instance that is where its route says, or nowhere. */
export interface FakeInstance {
  id: string;
  workspaceId: string;
  token: string;
  /** It is there, as this process. @param mode As its route says, where that says anything. */
  runAs(process: FakeProcess, mode?: InstanceMode): void;
  /** It has no route; `status` says why. */
  leave(status: 'sleeping' | 'restarting' | 'stopped'): void;
}

export function addFakeInstance(fixture: RouterFixture, workspaceId: string = createIdentifier('workspace')): FakeInstance {
  const id = createIdentifier('instance');
  const { token } = fixture.addToken({ id, workspaceId } as Parameters<RouterFixture['addToken']>[0]);
  return {
    id,
    workspaceId,
    token,
    runAs({ address, accessToken }, mode) {
      fixture.routes.set(id, { instanceId: id, workspaceId, address, accessToken, ...(mode === undefined ? {} : { mode }) });
      fixture.router.instanceCame(id);
    },
    leave(status) {
      fixture.routes.delete(id);
      fixture.descriptions.set(id, { status, statusReason: `It is ${status}.`, nextStep: null });
      fixture.router.instanceGone(id);
    },
  };
}
