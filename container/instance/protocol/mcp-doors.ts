import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { JSONRPCMessage, JSONRPCRequest } from '@modelcontextprotocol/sdk/types.js';
import { nameSession } from './assigned-session-id.ts';
import { isPingAnswer, type PresenceLimits } from './client-presence.ts';
import { findInitialize, readHandshake } from './handshake.ts';
import { HttpSseSession } from './http-sse-session.ts';
import { checkBatch, invalidRequest, parseJson, readMessages } from './json-rpc.ts';
import type { ModernDoor } from './modern-door.ts';
import { type ReplayLimits, ReplayRoom } from './replay-buffer.ts';
import { readBody } from './request-body.ts';
import { checkProtocolVersion, forwardedPrefix, messageOrigin, requireAccepts, requireSession } from './request-headers.ts';
import type { Session, Sessions } from './sessions.ts';
import { StreamableHttpSession } from './streamable-http-session.ts';

/** A handler of one door. It may throw RefusedRequest. */
export type Door = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => Promise<void>;
/** The doors at one path, by method. */
export type Doors = Record<string, Record<string, Door>>;

export interface HttpSseDoorsOptions {
  sessions: Sessions;
  /** Makes the protocol engine of a new session. */
  createServer(): Server;
  presenceLimits?: PresenceLimits | undefined;
  /** Whether all requests come from a router, which assigns the ids of sessions and opens them again under the same. */
  behindRouter?: boolean | undefined;
}

export interface StreamableHttpDoorsOptions extends HttpSseDoorsOptions {
  /** Serves what belongs to revision 2026-07-28. */
  modern?: ModernDoor | undefined;
  /** Whether a request goes on although its client has left; none does where it is missing. */
  outlivesClient?(request: JSONRPCRequest): boolean;
  replayLimits?: ReplayLimits | undefined;
  /** Milliseconds after which an unused session hibernates. */
  hibernateAfterMs?: number | undefined;
  /** Milliseconds without an answer after which the response to a POST becomes a stream. */
  streamAfterMs?: number | undefined;
}

/** The doors of HTTP+SSE: `/sse` opens the stream, `/messages` takes what the client says. */
export function createHttpSseDoors({ sessions, createServer, presenceLimits, behindRouter = false }: HttpSseDoorsOptions): Doors {
  return {
    '/sse': {
      async GET(request, response) {
        const { sessionId } = nameSession(request, behindRouter);
        const messagesPath = `${forwardedPrefix(request)}/messages`;
        sessions.vacate(sessionId);
        sessions.makeRoom();
        const session = new HttpSseSession({ sessionId, response, messagesPath, presenceLimits });
        sessions.add(session);
        await createServer().connect(session);
      },
    },
    '/messages': {
      async POST(request, response, query) {
        const { messages, isBatch } = readMessages(parseJson(await readBody(request)));
        const session = requireSession(query.get('sessionId'), 'sessionId', (id) => sessions.find(id, HttpSseSession));
        checkBatch(isBatch, session.revision);
        countUse(sessions, session, messages);
        session.receive(messages, messageOrigin(request));
        response.writeHead(202, { 'content-length': 8 }).end('Accepted');
      },
    },
  };
}

/** The door of Streamable HTTP. */
export function createStreamableHttpDoors({ sessions, createServer, modern, ...options }: StreamableHttpDoorsOptions): Doors {
  const { outlivesClient = () => false, replayLimits, behindRouter = false } = options;
  const { presenceLimits, hibernateAfterMs, streamAfterMs } = options;
  const replayRoom = new ReplayRoom(replayLimits);
  const shared = { createServer, outlivesClient, replayRoom, presenceLimits, hibernateAfterMs, streamAfterMs };
  const openSession = async (request: IncomingMessage, initialize: JSONRPCRequest) => {
    const handshake = readHandshake(initialize);
    const name = nameSession(request, behindRouter);
    sessions.vacate(name.sessionId);
    sessions.makeRoom();
    const session = new StreamableHttpSession({ ...shared, ...name, handshake });
    sessions.add(session);
    await session.open();
    return session;
  };
  const sessionOf = (request: IncomingMessage) => {
    const id = request.headers['mcp-session-id'];
    const session = requireSession(id, 'Mcp-Session-Id', (known) => sessions.find(known, StreamableHttpSession));
    checkProtocolVersion(request, session.revision);
    return session;
  };
  return {
    '/mcp': {
      async POST(request, response) {
        const body = parseJson(await readBody(request));
        if (modern?.claims(request, body)) return modern.serve(request, response, body);
        requireAccepts(request, 'application/json', 'text/event-stream');
        const { messages, isBatch } = readMessages(body);
        const initialize = findInitialize(messages);
        if (initialize !== undefined && messages.length > 1) throw invalidRequest('initialize must come alone');
        const session = initialize === undefined ? sessionOf(request) : await openSession(request, initialize);
        checkBatch(isBatch, session.revision);
        countUse(sessions, session, messages);
        await session.receive(response, messages, isBatch, messageOrigin(request));
      },
      async GET(request, response) {
        if (modern?.claims(request, undefined)) return modern.serve(request, response, undefined);
        requireAccepts(request, 'text/event-stream');
        const session = sessionOf(request);
        sessions.use(session);
        const lastEventId = request.headers['last-event-id'];
        if (typeof lastEventId === 'string' && lastEventId !== '') await session.resume(response, lastEventId);
        else await session.openStandalone(response);
      },
      async DELETE(request, response) {
        if (modern?.claims(request, undefined)) return modern.serve(request, response, undefined);
        sessionOf(request).end();
        response.writeHead(200, { 'content-length': 0 }).end();
      },
    },
  };
}

/** The answer to our own ping shows that the client is there, not that it wants anything. */
function countUse(sessions: Sessions, session: Session, messages: readonly JSONRPCMessage[]): void {
  if (!messages.every(isPingAnswer)) sessions.use(session);
}
