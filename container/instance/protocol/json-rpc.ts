import type { ServerResponse } from 'node:http';
import type { JSONRPCMessage, JSONRPCRequest, RequestId } from '@modelcontextprotocol/sdk/types.js';

/** JSON-RPC error codes used at the doors. -32000 to -32099 are free for servers; -32001 says "no such session" in MCP. */
export const rpcErrorCodes = { parseError: -32700, invalidRequest: -32600, refused: -32000, sessionNotFound: -32001 } as const;

export interface HttpFailure {
  status: number;
  code: (typeof rpcErrorCodes)[keyof typeof rpcErrorCodes];
  message: string;
  headers?: Record<string, string>;
}

/** A request that is refused at the door, before any session sees it. */
export class RefusedRequest extends Error {
  override readonly name = 'RefusedRequest';
  readonly failure: HttpFailure;

  constructor(failure: HttpFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Answers with a JSON-RPC error; its id is null because no request was taken. */
export function sendFailure(response: ServerResponse, { status, code, message, headers }: HttpFailure): void {
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null });
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers })
    .end(body);
}

const mostMessagesInBatch = 100;

/**
 * Reads one message or a batch (which revision 2025-03-26 has) out of JSON text.
 * @throws RefusedRequest with -32700 for broken JSON and -32600 for JSON that is no JSON-RPC.
 */
export function parseMessages(text: string): { messages: JSONRPCMessage[]; isBatch: boolean } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RefusedRequest({ status: 400, code: rpcErrorCodes.parseError, message: 'Parse error: the body is not valid JSON' });
  }
  const candidates = Array.isArray(value) ? value : [value];
  if (candidates.length === 0 || candidates.length > mostMessagesInBatch) {
    throw invalidRequest(`a batch must hold 1 to ${mostMessagesInBatch} messages`);
  }
  if (!candidates.every(isMessage)) throw invalidRequest('the body is not a JSON-RPC 2.0 message');
  return { messages: candidates, isBatch: Array.isArray(value) };
}

/**
 * Whether a message is a request, which gets an answer. The checks here look at what every message has; what a method needs is checked
 * by its handler. They are written out because they run several times for each message, and a schema takes longer than the call.
 */
export function isRequest(message: JSONRPCMessage): message is JSONRPCRequest {
  return 'method' in message && 'id' in message;
}

/** The id that a message answers, or undefined for a message that is no answer. */
export function answeredId(message: JSONRPCMessage): RequestId | undefined {
  return 'method' in message ? undefined : message.id;
}

function isMessage(value: unknown): value is JSONRPCMessage {
  if (!isObject(value) || value.jsonrpc !== '2.0') return false;
  const hasId = typeof value.id === 'string' || Number.isSafeInteger(value.id);
  if ('method' in value) {
    const paramsFit = value.params === undefined || isObject(value.params);
    return typeof value.method === 'string' && paramsFit && (hasId || !('id' in value));
  }
  return hasId && (isObject(value.result) || isObject(value.error));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalidRequest(reason: string): RefusedRequest {
  return new RefusedRequest({ status: 400, code: rpcErrorCodes.invalidRequest, message: `Invalid request: ${reason}` });
}
