import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { isModernMessage, isProbe } from './modern/claims.ts';
import { StdioChannel } from './stdio-channel.ts';
import type { StdioTransport } from './stdio-transport.ts';

export interface StdioEngines {
  /** Connects an engine of the revisions that begin with `initialize`. */
  connectOlder(channel: StdioChannel): Promise<void>;
  /** Connects an engine of revision 2026-07-28. @returns the function that ends it, after it has said what is left to say. */
  connectModern(channel: StdioChannel): Promise<() => Promise<void>>;
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
  { connectOlder, connectModern }: StdioEngines,
): Promise<StdioServing> {
  const send = (message: JSONRPCMessage) => transport.send(message);
  let endModern: Promise<() => Promise<void>> | undefined;
  let modern: Deliver | undefined;
  let decided: Deliver | undefined;
  const openModern = () => {
    const channel = new StdioChannel(send);
    endModern = connectModern(channel);
    modern = delivery(channel, endModern);
    return modern;
  };
  const openOlder = () => {
    const channel = new StdioChannel(send);
    return delivery(channel, connectOlder(channel));
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
      await (await endModern)?.();
    },
  };
}

/** Hands messages to an engine, in their order, as soon as it is connected. */
function delivery(channel: StdioChannel, connected: Promise<unknown>): Deliver {
  let waiting: JSONRPCMessage[] | undefined = [];
  void connected.then(() => {
    for (const message of waiting ?? []) channel.onmessage?.(message);
    waiting = undefined;
  });
  return (message) => {
    if (waiting === undefined) channel.onmessage?.(message);
    else waiting.push(message);
  };
}
