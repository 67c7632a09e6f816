import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { knownJson, rememberJson } from '../features/known-json.ts';

/** Serialises a result that will be sent again and again, and remembers the text for as long as the object lives. */
export function rememberSerialised(result: object): void {
  rememberJson(result, JSON.stringify(result));
}

/** A message as JSON. A result whose JSON is known is not serialised again. */
export function serialiseMessage(message: JSONRPCMessage): string {
  const text = 'result' in message ? knownJson(message.result) : undefined;
  if (text === undefined || !('id' in message)) return JSON.stringify(message);
  return `{"jsonrpc":"2.0","id":${JSON.stringify(message.id)},"result":${text}}`;
}
