import type { ServerResponse } from 'node:http';
import type { JSONRPCMessage, JSONRPCRequest, RequestId } from '@modelcontextprotocol/sdk/types.js';
import { isJsonObject } from '../json/json-object.ts';
import { isNestedDeeper } from '../json/nesting-depth.ts';

/** JSON-RPC error codes used at the doors. -32000 to -32099 are free for servers; -32001 says "no such session" in MCP. */
export const rpcErrorCodes = { parseError: -32700, invalidRequest: -32600, refused: -32000, sessionNotFound: -32001 } as const;

export interface HttpFailure {
  status: number;
  /** JSON-RPC error code, such as one of {@link rpcErrorCodes}. */
  code: number;
  message: string;
  /** The request that is refused, where the refusal belongs to one alone. */
  id?: RequestId | null;
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

/** Answers with a JSON-RPC error; its id is null where no request was taken. */
export function sendFailure(response: ServerResponse, { status, code, message, headers, id = null }: HttpFailure): void {
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id });
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers })
    .end(body);
}

const mostMessagesInBatch = 100;

/** Levels of lists and objects in a message. The deepest that the protocol itself needs are JSON Schemas, far below this. */
const mostLevels = 64;

/** @throws RefusedRequest -32700 for text that is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RefusedRequest({ status: 400, code: rpcErrorCodes.parseError, message: 'Parse error: the body is not valid JSON' });
  }
}

export interface ReadMessages {
  messages: JSONRPCMessage[];
  /** Whether they came as a batch, which is answered as one. */
  isBatch: boolean;
}

/**
 * Takes one message, or a batch of them, out of parsed JSON.
 * @throws RefusedRequest -32600 for JSON that is no JSON-RPC, or whose lists and objects stand in each other so deep that repeating it
 * would overflow the stack.
 */
export function readMessages(value: unknown): ReadMessages {
  const candidates = Array.isArray(value) ? value : [value];
  if (candidates.length === 0 || candidates.length > mostMessagesInBatch) {
    throw invalidRequest(`a batch must hold 1 to ${mostMessagesInBatch} messages`);
  }
  if (!candidates.every(isMessage)) throw invalidRequest('the body is not a JSON-RPC 2.0 message');
  if (candidates.some(isTooDeep)) {
    throw invalidRequest(`a message must not hold lists and objects more than ${mostLevels} levels deep`);
  }
  return { messages: candidates, isBatch: Array.isArray(value) };
}

/**
 * Only revision 2025-03-26 has batches.
 * @throws RefusedRequest -32600 for a batch in a session of another one.
 */
export function checkBatch(isBatch: boolean, revision: string | undefined): void {
  if (isBatch && revision !== '2025-03-26') {
    throw invalidRequest('batches belong to protocol revision 2025-03-26 alone; send each message by itself');
  }
}

/**
 * Whether a message is a request, which gets an answer. The checks here look at what every message has; what a method needs is checked
 * by its handler. They are written out because they run several times for each message, and a schema takes longer than the call.
 */
export function isRequest(message: JSONRPCMessage): message is JSONRPCRequest {
  return 'method' in message && 'id' in message;
}

/**
 * Two answers with one id could not be told apart.
 * @param inUse Ids of requests that are still being answered.
 * @throws RefusedRequest -32600
 */
export function checkRequestIds(messages: readonly JSONRPCMessage[], inUse: { has(id: RequestId): boolean }): void {
  let earlier: Set<RequestId> | undefined;
  for (const message of messages) {
    if (!isRequest(message)) continue;
    if (inUse.has(message.id) || earlier?.has(message.id)) throw invalidRequest('a request with this id is still being answered');
    if (messages.length > 1) earlier = (earlier ?? new Set()).add(message.id);
  }
}

/** The id that a message answers, or undefined for a message that is no answer. */
export function answeredId(message: JSONRPCMessage): RequestId | undefined {
  return 'method' in message ? undefined : message.id;
}

/** The request that a message cancels, or undefined for a message that cancels none. */
export function cancelledId(message: JSONRPCMessage): RequestId | undefined {
  if (!('method' in message) || message.method !== 'notifications/cancelled') return undefined;
  const requestId = message.params?.requestId;
  return typeof requestId === 'string' || typeof requestId === 'number' ? requestId : undefined;
}

function isMessage(value: unknown): value is JSONRPCMessage {
  if (!isJsonObject(value) || value.jsonrpc !== '2.0') return false;
  const hasId = typeof value.id === 'string' || Number.isSafeInteger(value.id);
  if ('method' in value) {
    const paramsFit = value.params === undefined || isJsonObject(value.params);
    return typeof value.method === 'string' && paramsFit && (hasId || !('id' in value));
  }
  return hasId && (isJsonObject(value.result) || isJsonObject(value.error));
}

/** The arguments of a call are left to what checks them for its tool, and says so as a result that a model can read. */
function isTooDeep(message: JSONRPCMessage): boolean {
  if (!('method' in message) || message.method !== 'tools/call') return isNestedDeeper(message, mostLevels);
  return hasDeepField(message, 'params') || hasDeepField(message.params, 'arguments');
}

function hasDeepField(fields: object | undefined, unchecked: string): boolean {
  for (const name in fields) {
    if (name !== unchecked && isNestedDeeper((fields as Record<string, unknown>)[name], mostLevels)) return true;
  }
  return false;
}

export function invalidRequest(reason: string): RefusedRequest {
  return new RefusedRequest({ status: 400, code: rpcErrorCodes.invalidRequest, message: `Invalid request: ${reason}` });
}
