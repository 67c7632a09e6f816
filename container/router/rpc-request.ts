import { isUtf8 } from 'node:buffer';
import { isJsonObject } from './json-object.ts';
import { type Refusal, type RpcId, refusals } from './refusal.ts';
import { mayRepeat } from './repeatable.ts';
import { type SessionChange, sessionChangeOf } from './sessions/session-recorder.ts';

/** A `tools/call` request in a client's message. */
export interface ToolCall {
  id: RpcId;
  /** As the client wrote it, at most 100 characters; empty where it named none. */
  tool: string;
}

/** What the router needs to know of a client's JSON-RPC message or batch. Its content is the instance's business. */
export interface RpcRequest {
  /** Ids of the requests that expect an answer, calls included. */
  requestIds: RpcId[];
  calls: ToolCall[];
  /** Ids that `notifications/cancelled` names: no answer will come. */
  cancelledIds: RpcId[];
  /** Those of the requests that must not be made a second time when their answer is lost: it may have taken effect. */
  unrepeatableIds: RpcId[];
  /** Whether something is asked for that shows the instance to be in use: any request but a ping. */
  isActivity: boolean;
  /** Present where the message begins a session; holds what the client calls itself, and the parameters as it sent them. */
  initialize: { clientName?: string; params: Record<string, unknown> } | undefined;
  /** What the messages change about the session they belong to. */
  sessionChanges: SessionChange[];
  /** Whether it is a single `subscriptions/listen` (revision 2026-07-28): its answer is a stream that stays open. */
  isListening: boolean;
}

const noIds: RpcId[] = [];
const noCalls: ToolCall[] = [];
const noChanges: SessionChange[] = [];
/** Longer than any name that is counted. */
const maxNameLength = 100;

/** Reads a body once. Messages that are valid JSON but not valid requests pass: the instance refuses them with its own words. */
export function readRpcRequest(body: Buffer, maxBatchMessages: number): RpcRequest | Refusal {
  if (!isUtf8(body)) return refusals.malformedJson;
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    return refusals.malformedJson;
  }
  if (!Array.isArray(parsed)) {
    if (!isJsonObject(parsed)) return refusals.invalidMessage;
    const request: RpcRequest = {
      requestIds: noIds,
      calls: noCalls,
      cancelledIds: noIds,
      unrepeatableIds: noIds,
      isActivity: false,
      initialize: undefined,
      sessionChanges: noChanges,
      isListening: false,
    };
    addMessage(request, parsed);
    request.isListening = parsed.method === 'subscriptions/listen' && request.requestIds.length > 0;
    if (request.isListening) request.isActivity = false;
    return request;
  }
  if (parsed.length === 0) return refusals.invalidMessage;
  if (parsed.length > maxBatchMessages) return refusals.batchTooLong;
  const request: RpcRequest = {
    requestIds: [],
    calls: [],
    cancelledIds: [],
    unrepeatableIds: [],
    isActivity: false,
    initialize: undefined,
    sessionChanges: [],
    isListening: false,
  };
  for (const message of parsed) {
    if (!isJsonObject(message)) return refusals.invalidMessage;
    addMessage(request, message);
  }
  return request;
}

function addMessage(request: RpcRequest, message: Record<string, unknown>): void {
  const { id, method, params } = message;
  if (typeof method !== 'string') return;
  const change = sessionChangeOf(message);
  if (change !== undefined) request.sessionChanges = add(request.sessionChanges, noChanges, change);
  if (typeof id === 'string' || typeof id === 'number') {
    request.requestIds = add(request.requestIds, noIds, id);
    if (!mayRepeat(method, params)) request.unrepeatableIds = add(request.unrepeatableIds, noIds, id);
    if (method !== 'ping') request.isActivity = true;
    if (method === 'tools/call') request.calls = add(request.calls, noCalls, { id, tool: toolName(params) });
    else if (method === 'initialize') request.initialize = { ...clientOf(params), params: isJsonObject(params) ? params : {} };
  } else if (method === 'notifications/cancelled' && isJsonObject(params)) {
    const cancelled = params.requestId;
    if (typeof cancelled === 'string' || typeof cancelled === 'number') {
      request.cancelledIds = add(request.cancelledIds, noIds, cancelled);
    }
  }
}

/** Most messages have none or one of each, so lists start as a shared empty one. */
function add<Item>(items: Item[], shared: Item[], item: Item): Item[] {
  if (items === shared) return [item];
  items.push(item);
  return items;
}

/** An endless name is cut: it is no tool's anyway, and would be kept until its answer comes. */
function toolName(params: unknown): string {
  const name = isJsonObject(params) ? params.name : undefined;
  return typeof name === 'string' ? name.slice(0, maxNameLength) : '';
}

function clientOf(params: unknown): { clientName?: string } {
  const info = isJsonObject(params) ? params.clientInfo : undefined;
  const name = isJsonObject(info) ? info.name : undefined;
  if (typeof name !== 'string') return {};
  const clientName = name
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .trim()
    .slice(0, 100);
  return clientName === '' ? {} : { clientName };
}
