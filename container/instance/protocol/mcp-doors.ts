import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { type JSONRPCMessage, type MessageExtraInfo, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/sdk/types.js';
import { HttpSseTransport } from './http-sse-transport.ts';
import { isRequest, parseMessages, RefusedRequest, rpcErrorCodes } from './json-rpc.ts';
import { readBody } from './request-body.ts';
import type { Sessions } from './sessions.ts';
import { StreamableHttpTransport } from './streamable-http-transport.ts';

/** A handler of one door. It may throw RefusedRequest. */
export type Door = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => Promise<void>;
/** The doors at one path, by method. */
export type Doors = Record<string, Record<string, Door>>;

export interface McpDoorsOptions {
  sessions: Sessions;
  /** Makes the protocol engine of a new session. */
  createServer(): Server;
}

/** The doors of HTTP+SSE: `/sse` opens the stream, `/messages` takes what the client says. */
export function createHttpSseDoors({ sessions, createServer }: McpDoorsOptions): Doors {
  return {
    '/sse': {
      async GET(request, response) {
        const server = createServer();
        const messagesPath = `${forwardedPrefix(request)}/messages`;
        const transport = new HttpSseTransport({ sessionId: randomUUID(), response, messagesPath });
        sessions.add(server, transport);
        await server.connect(transport);
      },
    },
    '/messages': {
      async POST(request, response, query) {
        const { messages } = parseMessages(await readBody(request));
        const session = requireSession(query.get('sessionId') ?? undefined, 'sessionId', (id) =>
          sessions.use(id, HttpSseTransport),
        );
        response.writeHead(202, { 'content-length': 8 }).end('Accepted');
        session.transport.receive(messages, extraOf(request));
      },
    },
  };
}

/** The door of Streamable HTTP. */
export function createStreamableHttpDoors({ sessions, createServer }: McpDoorsOptions): Doors {
  const sessionOf = (request: IncomingMessage) => {
    const id = request.headers['mcp-session-id'];
    return requireSession(typeof id === 'string' ? id : undefined, 'Mcp-Session-Id', (known) =>
      sessions.use(known, StreamableHttpTransport),
    );
  };
  return {
    '/mcp': {
      async POST(request, response) {
        requireAccepts(request, 'application/json', 'text/event-stream');
        const { messages, isBatch } = parseMessages(await readBody(request));
        if (messages.some((message) => isRequest(message) && message.method === 'initialize')) {
          const transport = await openSession({ sessions, createServer }, messages);
          transport.receive(response, messages, isBatch, extraOf(request));
          return;
        }
        checkProtocolVersion(request);
        sessionOf(request).transport.receive(response, messages, isBatch, extraOf(request));
      },
      async GET(request, response) {
        requireAccepts(request, 'text/event-stream');
        checkProtocolVersion(request);
        sessionOf(request).transport.openStandalone(response);
      },
      async DELETE(request, response) {
        checkProtocolVersion(request);
        await sessionOf(request).server.close();
        response.writeHead(200, { 'content-length': 0 }).end();
      },
    },
  };
}

async function openSession(
  { sessions, createServer }: McpDoorsOptions,
  messages: JSONRPCMessage[],
): Promise<StreamableHttpTransport> {
  if (messages.length > 1) {
    const message = 'Invalid request: initialize must come alone';
    throw new RefusedRequest({ status: 400, code: rpcErrorCodes.invalidRequest, message });
  }
  const server = createServer();
  const transport = new StreamableHttpTransport(randomUUID());
  sessions.add(server, transport);
  await server.connect(transport);
  return transport;
}

/** 400 where the request names no session, 404 with -32001 where nobody knows it (any more): then clients initialize anew. */
function requireSession<T>(id: string | undefined, place: string, use: (id: string) => T | undefined): T {
  if (id === undefined || id === '') {
    const message = `Bad request: ${place} is missing; initialize first`;
    throw new RefusedRequest({ status: 400, code: rpcErrorCodes.refused, message });
  }
  const session = use(id);
  if (session === undefined) {
    throw new RefusedRequest({ status: 404, code: rpcErrorCodes.sessionNotFound, message: 'Session not found' });
  }
  return session;
}

function checkProtocolVersion(request: IncomingMessage): void {
  const asked = request.headers['mcp-protocol-version'];
  if (asked === undefined || (typeof asked === 'string' && SUPPORTED_PROTOCOL_VERSIONS.includes(asked))) return;
  const message = `Bad request: unsupported protocol version (supported: ${SUPPORTED_PROTOCOL_VERSIONS.join(', ')})`;
  throw new RefusedRequest({ status: 400, code: rpcErrorCodes.refused, message });
}

/** The specification asks clients to accept both forms of answer; those that say nothing, or anything, are served too. */
function requireAccepts(request: IncomingMessage, ...mediaTypes: string[]): void {
  const accept = request.headers.accept?.toLowerCase();
  if (accept === undefined || accept.includes('*/*') || mediaTypes.every((mediaType) => accept.includes(mediaType))) return;
  const message = `Not acceptable: the client must accept ${mediaTypes.join(' and ')}`;
  throw new RefusedRequest({ status: 406, code: rpcErrorCodes.refused, message });
}

/** Path below which the router shows this instance, or nothing where it stands alone. */
function forwardedPrefix(request: IncomingMessage): string {
  const prefix = request.headers['x-forwarded-prefix'];
  return typeof prefix === 'string' && /^(?:\/[\w-]+){1,8}$/.test(prefix) ? prefix : '';
}

function extraOf(request: IncomingMessage): MessageExtraInfo {
  return { requestInfo: { headers: request.headers } };
}
