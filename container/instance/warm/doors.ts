import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import {
  assignmentRequestSchema,
  identityRequestSchema,
  longestAssignmentBody,
  longestIdentityBody,
  socketAddressText,
  type WarmAssignment,
  warmPaths,
} from '../../../core/warm-assignment.ts';
import type { Log } from '../observability/log.ts';
import { textDoor } from '../protocol/http-server.ts';
import { type HttpFailure, RefusedRequest, rpcErrorCodes } from '../protocol/json-rpc.ts';
import type { Doors } from '../protocol/mcp-doors.ts';
import { readBody } from '../protocol/request-body.ts';
import type { Assignee } from './assignee.ts';

export interface WarmDoorsOptions {
  assignee: Assignee;
  log: Log;
  /** Makes this process the customer's, behind the same port, or throws. Called once in its life, and answered after it. */
  serve(assignment: WarmAssignment, request: IncomingMessage): Promise<void>;
  /** The control plane wants something that cannot be served. The process has no future. */
  onUnusable(reason: string): void;
}

const plainText = 'text/plain; charset=utf-8';

/** All that a process offers before it is assigned. */
export function createWarmDoors({ assignee, log, serve, onUnusable }: WarmDoorsOptions): Doors {
  let refused = 0;
  const refuse = (reason: string, failure: Omit<HttpFailure, 'code'>): RefusedRequest => {
    refused += 1;
    // Doubling pauses: whoever attacks must not fill the log, and the last line tells how many there were.
    if ((refused & (refused - 1)) === 0) {
      log.write({ level: 'warn', message: `An attempt to assign this process was refused: ${reason}; ${refused} so far` });
    }
    return new RefusedRequest({ ...failure, code: rpcErrorCodes.refused });
  };
  const read = async <Schema extends z.ZodType>(request: IncomingMessage, schema: Schema, most: number) => {
    const text = await readBody(request, most).catch((error: unknown) => {
      throw error instanceof RefusedRequest ? refuse('malformed', error.failure) : error;
    });
    const parsed = schema.safeParse(parseJson(text));
    if (!parsed.success) throw refuse('malformed', { status: 400, message: 'This is no message of the pool’s protocol' });
    return parsed.data;
  };
  return {
    '/healthz': textDoor(plainText, () => 'ok\n'),
    '/readyz': {
      async GET(_request, response) {
        const body = 'not assigned\n';
        response.writeHead(503, { 'content-type': plainText, 'content-length': Buffer.byteLength(body) }).end(body);
      },
    },
    [warmPaths.identity]: {
      async POST(request, response) {
        const { challenge } = await read(request, identityRequestSchema, longestIdentityBody);
        sendJson(response, assignee.identity(challenge, ownAddress(request)));
      },
    },
    [warmPaths.assignment]: {
      async POST(request, response) {
        const message = await read(request, assignmentRequestSchema, longestAssignmentBody);
        const attempt = assignee.accept(message, ownAddress(request));
        switch (attempt.outcome) {
          case 'taken':
            throw refuse('it is taken', { status: 409, message: 'This process is assigned' });
          case 'not-authentic':
            throw refuse('not authentic', { status: 403, message: 'This is no assignment of this process' });
          case 'unusable': {
            const reason = `the assignment is not valid: ${attempt.fields.join(', ')}`;
            onUnusable(reason);
            throw refuse('unusable', { status: 422, message: reason });
          }
          case 'accepted':
            try {
              await serve(attempt.assignment, request);
            } catch (error) {
              onUnusable(error instanceof Error ? error.name : typeof error);
              throw error;
            }
            response.shouldKeepAlive = false;
            sendJson(response, { protocol: 1, proof: attempt.confirmation.toString('base64url') });
        }
      },
    },
  };
}

/** The address at which the connection was taken: where whoever sent the request believes this process to be. */
function ownAddress({ socket }: IncomingMessage): string {
  return socketAddressText(socket.localAddress ?? '', socket.localPort ?? 0);
}

function sendJson(response: ServerResponse, value: object): void {
  const body = JSON.stringify(value);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
