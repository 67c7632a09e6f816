import type { ServerResponse } from 'node:http';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage, MessageExtraInfo } from '@modelcontextprotocol/sdk/types.js';
import { EventStream } from './event-stream.ts';
import { serialiseMessage } from './serialised-result.ts';

/**
 * Server side of the HTTP+SSE transport of revision 2024-11-05: the client keeps one event stream open and posts its messages to the
 * address that the stream's first event names. The session lives as long as the stream.
 */
export class HttpSseTransport implements Transport {
  readonly sessionId: string;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: <T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void;
  readonly #response: ServerResponse;
  readonly #messagesPath: string;
  #stream: EventStream | undefined;
  #closed = false;

  /** @param messagesPath Path the client shall post to, as seen from outside, such as `/i/ins_.../messages`. */
  constructor({ sessionId, response, messagesPath }: { sessionId: string; response: ServerResponse; messagesPath: string }) {
    this.sessionId = sessionId;
    this.#response = response;
    this.#messagesPath = messagesPath;
  }

  async start(): Promise<void> {
    this.#response.once('close', () => this.close());
    this.#stream = new EventStream(this.#response);
    // Relative, because n8n refuses an absolute address whose host is spelled otherwise than its own.
    this.#stream.send('endpoint', `${this.#messagesPath}?sessionId=${this.sessionId}`);
  }

  /** Takes messages that were posted. */
  receive(messages: readonly JSONRPCMessage[], extra: MessageExtraInfo): void {
    for (const message of messages) this.onmessage?.(message, extra);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.#stream?.send('message', serialiseMessage(message));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#stream?.end();
    this.onclose?.();
  }
}
