import type { IncomingMessage } from 'node:http';
import { type MessageExtraInfo, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/sdk/types.js';
import { RefusedRequest, rpcErrorCodes } from './json-rpc.ts';

/**
 * Checks the revision that a request names. In a session it must not be later than the one that was settled; an earlier one is let
 * pass, because the official conformance suite names one in a session of the latest.
 * @throws RefusedRequest 400.
 */
export function checkProtocolVersion(request: IncomingMessage, revision: string): void {
  const asked = request.headers['mcp-protocol-version'];
  if (asked === undefined) return;
  if (typeof asked !== 'string' || !SUPPORTED_PROTOCOL_VERSIONS.includes(asked)) {
    throw badRequest(`unsupported protocol version (supported: ${SUPPORTED_PROTOCOL_VERSIONS.join(', ')})`);
  }
  if (asked > revision) throw badRequest(`this session speaks protocol version ${revision}, as its initialize settled`);
}

/**
 * The specification asks clients to accept both forms of answer; those that say nothing, or anything, are served too.
 * @throws RefusedRequest 406.
 */
export function requireAccepts(request: IncomingMessage, ...mediaTypes: string[]): void {
  const accept = request.headers.accept?.toLowerCase();
  if (accept === undefined || accept.includes('*/*') || mediaTypes.every((mediaType) => accept.includes(mediaType))) return;
  const message = `Not acceptable: the client must accept ${mediaTypes.join(' and ')}`;
  throw new RefusedRequest({ status: 406, code: rpcErrorCodes.refused, message });
}

/** Path below which the router shows this instance, or nothing where it stands alone. */
export function forwardedPrefix(request: IncomingMessage): string {
  const prefix = request.headers['x-forwarded-prefix'];
  return typeof prefix === 'string' && /^(?:\/[\w-]+){1,8}$/.test(prefix) ? prefix : '';
}

/** The one header that handlers use. The others are not handed on: they would be held for as long as a call runs. */
export function messageOrigin(request: IncomingMessage): MessageExtraInfo {
  const requestId = request.headers['x-request-id'];
  return requestId === undefined ? noOrigin : { requestInfo: { headers: { 'x-request-id': requestId } } };
}

const noOrigin: MessageExtraInfo = { requestInfo: { headers: {} } };

/**
 * Finds the session that a request names.
 * @throws RefusedRequest 400 where it names none; 404 with -32001 where nobody knows it (any more): then clients initialize anew.
 */
export function requireSession<T>(
  id: string | string[] | null | undefined,
  place: string,
  find: (id: string) => T | undefined,
): T {
  if (typeof id !== 'string' || id === '') throw badRequest(`${place} is missing; initialize first`);
  const session = find(id);
  if (session === undefined) {
    throw new RefusedRequest({ status: 404, code: rpcErrorCodes.sessionNotFound, message: 'Session not found' });
  }
  return session;
}

function badRequest(reason: string): RefusedRequest {
  return new RefusedRequest({ status: 400, code: rpcErrorCodes.refused, message: `Bad request: ${reason}` });
}
