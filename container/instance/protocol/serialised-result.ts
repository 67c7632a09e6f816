import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

const serialised = new WeakMap<object, string>();

/** Serialises a result that will be sent again and again, and remembers the text for as long as the object lives. */
export function rememberSerialised(result: object): void {
  serialised.set(result, JSON.stringify(result));
}

/** A message as JSON. A result that {@link rememberSerialised} knows is not serialised again. */
export function serialiseMessage(message: JSONRPCMessage): string {
  const text = 'result' in message ? serialised.get(message.result) : undefined;
  if (text === undefined || !('id' in message)) return JSON.stringify(message);
  return `{"jsonrpc":"2.0","id":${JSON.stringify(message.id)},"result":${text}}`;
}
