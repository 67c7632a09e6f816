import { isJsonObject } from '../json-object.ts';
import type { HandshakeParams, SessionRecord } from './session-record.ts';

/** What a client's message changes about the connection itself, and so has to be said again to another process. */
export type SessionChange =
  | { kind: 'handshake'; params: HandshakeParams }
  | { kind: 'initialized' }
  | { kind: 'log-level'; level: string }
  | { kind: 'subscribed' | 'unsubscribed'; uri: string };

/** A record is kept for as long as its session lives, so what a client can put into it is bounded. */
const maxSubscriptions = 100;
const maxTextLength = 2_000;
const maxSubscribedCharacters = 20_000;

/** Reads what a message (parsed JSON) changes; `undefined` for all that belong to single requests. */
export function sessionChangeOf(message: Record<string, unknown>): SessionChange | undefined {
  const { method } = message;
  if (method === 'notifications/initialized') return { kind: 'initialized' };
  const params = isJsonObject(message.params) ? message.params : {};
  switch (method) {
    case 'initialize':
      return { kind: 'handshake', params };
    case 'logging/setLevel':
      return isShortText(params.level) ? { kind: 'log-level', level: params.level } : undefined;
    case 'resources/subscribe':
      return isShortText(params.uri) ? { kind: 'subscribed', uri: params.uri } : undefined;
    case 'resources/unsubscribe':
      return isShortText(params.uri) ? { kind: 'unsubscribed', uri: params.uri } : undefined;
    default:
      return undefined;
  }
}

/** Notes the changes in the record. Answers whether it says anything else than before. */
export function recordChanges(record: SessionRecord, changes: readonly SessionChange[]): boolean {
  let isChanged = false;
  for (const change of changes) isChanged = recordChange(record, change) || isChanged;
  return isChanged;
}

function recordChange(record: SessionRecord, change: SessionChange): boolean {
  switch (change.kind) {
    case 'handshake':
      record.handshake = change.params;
      record.initialized = false;
      return true;
    case 'initialized':
      if (record.initialized) return false;
      record.initialized = true;
      return true;
    case 'log-level':
      if (record.logLevel === change.level) return false;
      record.logLevel = change.level;
      return true;
    case 'subscribed': {
      const present = record.subscriptions ?? [];
      const characters = present.reduce((sum, uri) => sum + uri.length, change.uri.length);
      if (present.includes(change.uri) || present.length >= maxSubscriptions || characters > maxSubscribedCharacters)
        return false;
      record.subscriptions = [...present, change.uri];
      return true;
    }
    case 'unsubscribed': {
      const present = record.subscriptions ?? [];
      if (!present.includes(change.uri)) return false;
      record.subscriptions = present.filter((uri) => uri !== change.uri);
      return true;
    }
  }
}

/** The JSON-RPC messages, after `initialize`, that bring a new process to what the record says. Their answers do not matter. */
export function replayedMessages(record: SessionRecord): Record<string, unknown>[] {
  const messages: Record<string, unknown>[] = [];
  const ask = (method: string, params: Record<string, unknown>) =>
    messages.push({ jsonrpc: '2.0', id: `${replayedIdPrefix}${messages.length}`, method, params });
  if (record.initialized) messages.push({ jsonrpc: '2.0', method: 'notifications/initialized' });
  if (record.logLevel !== undefined) ask('logging/setLevel', { level: record.logLevel });
  for (const uri of record.subscriptions ?? []) ask('resources/subscribe', { uri });
  return messages;
}

/** The `initialize` that opens the recorded session again; `undefined` where its handshake is not known. */
export function replayedInitialize(record: SessionRecord): Record<string, unknown> | undefined {
  if (record.handshake === undefined) return undefined;
  return { jsonrpc: '2.0', id: `${replayedIdPrefix}initialize`, method: 'initialize', params: record.handshake };
}

/** Ids of requests that the router makes in a client's name begin so. Clients number theirs or name them at random. */
export const replayedIdPrefix = 'router-replay-';

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxTextLength;
}
