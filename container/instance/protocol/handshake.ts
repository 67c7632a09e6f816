import {
  type ClientCapabilities,
  type Implementation,
  type JSONRPCMessage,
  type JSONRPCRequest,
  LATEST_PROTOCOL_VERSION,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/sdk/types.js';
import { isJsonObject } from '../json/json-object.ts';
import { isRequest, RefusedRequest } from './json-rpc.ts';

/** Larger than any client's; kept for as long as its session lives. */
const largestHandshake = 64 * 1024;
const invalidParams = -32602;

/** What was settled when a session began. */
export interface Handshake {
  /** The revision that is spoken, which is not always the one that was asked for. */
  readonly revision: string;
  /** The parameters of the client's `initialize`. */
  readonly params: { protocolVersion: string; capabilities: ClientCapabilities; clientInfo: Implementation };
  /** Whether the client has said that it is ready. */
  initialized: boolean;
}

/** The `initialize` among the messages. */
export function findInitialize(messages: readonly JSONRPCMessage[]): JSONRPCRequest | undefined {
  return messages.find((message) => isRequest(message) && message.method === 'initialize') as JSONRPCRequest | undefined;
}

/**
 * Reads a client's `initialize`, and settles the revision the way the protocol engine does: the one asked for, or else the latest.
 * @throws RefusedRequest -32602, with the id of the request.
 */
export function readHandshake({ id, params }: JSONRPCRequest): Handshake {
  const refuse = (reason: string) =>
    new RefusedRequest({ status: 400, code: invalidParams, message: `Invalid initialize: ${reason}`, id });
  if (!isJsonObject(params)) throw refuse('"params" must be an object');
  const { protocolVersion, capabilities, clientInfo } = params;
  if (typeof protocolVersion !== 'string') throw refuse('"params.protocolVersion" must be a text');
  if (!isJsonObject(capabilities)) throw refuse('"params.capabilities" must be an object');
  if (!isJsonObject(clientInfo) || typeof clientInfo.name !== 'string' || typeof clientInfo.version !== 'string') {
    throw refuse('"params.clientInfo" must be an object with "name" and "version"');
  }
  const kept = { protocolVersion, capabilities, clientInfo } as Handshake['params'];
  if (JSON.stringify(kept).length > largestHandshake) throw refuse('"params" must not exceed 64 KB');
  const revision = SUPPORTED_PROTOCOL_VERSIONS.includes(protocolVersion) ? protocolVersion : LATEST_PROTOCOL_VERSION;
  return { revision, params: kept, initialized: false };
}
