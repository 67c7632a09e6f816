import { ErrorCode, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { isRequest } from './json-rpc.ts';
import { isModernMessage, isProbe } from './modern/claims.ts';
import { StdioChannel } from './stdio-channel.ts';
import type { StdioTransport } from './stdio-transport.ts';

export interface StdioEngines {
  /** Connects an engine of the revisions that begin with `initialize`. */
  connectOlder(channel: StdioChannel): Promise<void>;
  /** Connects an engine of revision 2026-07-28. @returns the function that ends it, after it has said what is left to say. */
  connectModern(channel: StdioChannel): Promise<() => Promise<void>>;
  /** Told of an engine that cannot be connected. Its client only hears that there was a fault. */
  onFault(error: unknown): void;
}

export interface StdioServing {
  /** Waits for the answers to what was asked, at most so many milliseconds, and ends the subscriptions. */
  stop(longestMs: number): Promise<void>;
}

type Deliver = (message: JSONRPCMessage) => void;

/**
 * Serves one client on standard input and output, in the era of its first message. A client that asks for the revisions first
 * (`server/discover`) has not decided yet: it may still begin with `initialize`.
 */
export async function serveStdio(
  transport: StdioTransport,
  { connectOlder, connectModern, onFault }: StdioEngines,
): Promise<StdioServing> {
  const send = (message: JSONRPCMessage) => transport.send(message);
  let endModern: Promise<() => Promise<void>> | undefined;
  let modern: Deliver | undefined;
  let decided: Deliver | undefined;
  const openModern = () => {
    const channel = new StdioChannel(send);
    endModern = connectModern(channel);
    modern = delivery(channel, endModern, onFault);
    return modern;
  };
  const openOlder = () => {
    const channel = new StdioChannel(send);
    return delivery(channel, connectOlder(channel), onFault);
  };
  transport.onmessage = (message) => {
    if (decided !== undefined) return decided(message);
    if (!isModernMessage(message)) {
      decided = openOlder();
      return decided(message);
    }
    const deliver = modern ?? openModern();
    if (!isProbe(message)) decided = deliver;
    deliver(message);
  };
  await transport.start();
  return {
    async stop(longestMs) {
      await transport.drain(longestMs);
      const end = await endModern?.catch(() => undefined);
      await end?.();
    },
  };
}

/**
 * Hands messages to an engine, in their order, as soon as it is connected. Where that fails, requests are answered with an error: a
 * client would wait for ever, and may well go on in another revision.
 */
function delivery(channel: StdioChannel, connected: Promise<unknown>, onFault: StdioEngines['onFault']): Deliver {
  const waiting: JSONRPCMessage[] = [];
  let deliver: Deliver = (message) => waiting.push(message);
  const deliverBy = (next: Deliver) => {
    deliver = next;
    for (const message of waiting.splice(0)) next(message);
  };
  connected.then(
    () => deliverBy((message) => channel.onmessage?.(message)),
    (error: unknown) => {
      onFault(error);
      deliverBy((message) => refuse(channel, message));
    },
  );
  return (message) => deliver(message);
}

function refuse(channel: StdioChannel, message: JSONRPCMessage): void {
  if (!isRequest(message)) return;
  const text = 'Internal error: the server could not begin to serve this protocol revision; start it again';
  void channel.send({ jsonrpc: '2.0', id: message.id, error: { code: ErrorCode.InternalError, message: text } });
}
