import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { rawResponse, refusalOfBrokenRequest, targetOfBrokenRequest } from './broken-request.ts';
import { keepFewIdleParsers } from './idle-parsers.ts';
import { methodNotAllowed } from './refusal.ts';

/** Durations in milliseconds. */
export interface DoorServerLimits {
  /** How long a connection may be idle between two requests. Longer than in any proxy in front, so that we never close first. */
  keepAliveTimeoutMs: number;
  headersTimeoutMs: number;
  /** How long a client may take to send a whole request; 0 for any time. Says nothing about the answer, which may stream for days. */
  requestTimeoutMs: number;
  /** How often connections are looked at. */
  checkingIntervalMs: number;
  /** Connections open at once; more are closed as they come. */
  maxConnections: number;
}

interface BrokenRequest extends NodeJS.ErrnoException {
  rawPacket?: Buffer;
}

/**
 * A server for the MCP doors: whoever breaks HTTP itself is answered in the doors' words, too, and costs their own connection only.
 * @param isMcpTarget Whether the target of a request is one of the doors; elsewhere broken requests get an empty answer.
 */
export function createDoorServer(
  handler: RequestListener,
  isMcpTarget: (target: string) => boolean,
  { keepAliveTimeoutMs, headersTimeoutMs, requestTimeoutMs, checkingIntervalMs, maxConnections }: DoorServerLimits,
): Server {
  const answers = new WeakMap<Duplex, ServerResponse>();
  keepFewIdleParsers();
  const server = createServer(
    {
      keepAliveTimeout: keepAliveTimeoutMs,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: checkingIntervalMs,
      // The handler says what is wrong, in the words of what was asked for.
      requireHostHeader: false,
    },
    (request, response) => {
      answers.set(request.socket, response);
      handler(request, response);
    },
  );
  server.maxConnections = maxConnections;
  server.on('clientError', (error: BrokenRequest, socket) => {
    const answer = answers.get(socket);
    const isOpen = answer !== undefined && !answer.writableFinished;
    // What is wrong is the rest of a request that was answered before it was complete: there is nothing to answer a second time.
    const isAnswered = answer?.writableEnded === true && !answer.req.complete;
    if (socket.writable && isAnswered) socket.end();
    // A status line in the middle of an answer would be taken for a part of it.
    else if (!socket.writable || (isOpen && answer.headersSent)) socket.destroy();
    else {
      const target = isOpen ? answer.req.url : targetOfBrokenRequest(error.rawPacket);
      socket.end(answerToBroken(error, target === undefined || isMcpTarget(target)));
    }
  });
  // A proxy's client asks for a tunnel; Node would close the connection without a word.
  server.on('connect', (_request, socket: Duplex) => {
    socket.on('error', () => {});
    socket.end(rawResponse(405, 'application/json', methodNotAllowed('no tunnels').body(null)));
  });
  return server;
}

/** Protocol-shaped at the MCP doors and where nobody can tell what was asked for; an empty answer elsewhere. */
function answerToBroken({ code }: BrokenRequest, isMcp: boolean): string {
  const refusal = refusalOfBrokenRequest(code);
  return rawResponse(refusal.status, isMcp ? 'application/json' : 'text/plain', isMcp ? refusal.body(null) : '');
}
