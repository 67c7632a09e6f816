import type { ServerResponse } from 'node:http';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage, MessageExtraInfo, RequestId } from '@modelcontextprotocol/sdk/types.js';
import { ClientPresence, isPingAnswer, type PresenceLimits, usualPresenceLimits } from './client-presence.ts';
import { EventStream, retryHint } from './event-stream.ts';
import { findInitialize, readHandshake } from './handshake.ts';
import { answeredId, cancelledId, checkRequestIds, isRequest } from './json-rpc.ts';
import { serialiseMessage } from './serialised-result.ts';
import type { Session } from './sessions.ts';

export interface HttpSseSessionOptions {
  sessionId: string;
  response: ServerResponse;
  /** Path the client shall post to, as seen from outside, such as `/i/ins_.../messages`. */
  messagesPath: string;
  presenceLimits?: PresenceLimits | undefined;
}

/**
 * A session of the HTTP+SSE transport of revision 2024-11-05: the client keeps one event stream open and posts its messages to the
 * address that the stream's first event names. The session lives as long as the stream.
 */
export class HttpSseSession implements Transport, Session {
  readonly sessionId: string;
  readonly openedAt = Date.now();
  lastUsedAt = this.openedAt;
  onended?: () => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: <T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void;
  /** The revision that is spoken, once the client has initialized. */
  revision: string | undefined;
  readonly #stream: EventStream;
  readonly #presence: ClientPresence;
  readonly #unanswered = new Set<RequestId>();
  #ended = false;

  /** Answers the GET with the event stream. */
  constructor({ sessionId, response, messagesPath, presenceLimits = usualPresenceLimits }: HttpSseSessionOptions) {
    this.sessionId = sessionId;
    this.#presence = new ClientPresence(presenceLimits);
    this.#stream = new EventStream(response);
    // Relative, because n8n refuses an absolute address whose host is spelled otherwise than its own.
    this.#stream.send({ event: 'endpoint', data: `${messagesPath}?sessionId=${sessionId}` });
    this.#stream.hintRetry(retryHint());
    response.once('close', () => this.end());
  }

  get busy(): boolean {
    return this.#unanswered.size > 0;
  }

  async start(): Promise<void> {
    // The stream is open already: a session whose client has left in the meantime must not begin.
  }

  /**
   * Takes messages that were posted.
   * @throws RefusedRequest for an `initialize` that makes no sense, and for an id that is in use.
   */
  receive(messages: readonly JSONRPCMessage[], extra: MessageExtraInfo): void {
    checkRequestIds(messages, this.#unanswered);
    const initialize = findInitialize(messages);
    if (initialize !== undefined) this.revision = readHandshake(initialize).revision;
    this.#presence.heard();
    for (const message of messages) {
      if (isPingAnswer(message)) continue;
      if (isRequest(message)) this.#unanswered.add(message.id);
      const cancelled = cancelledId(message);
      if (cancelled !== undefined) this.#unanswered.delete(cancelled);
      this.onmessage?.(message, extra);
    }
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const id = answeredId(message);
    // A cancelled request gets no answer.
    if (id !== undefined && !this.#unanswered.delete(id)) return;
    this.#stream.send({ data: serialiseMessage(message) });
  }

  sweep(now: number): void {
    const presence = this.#presence.check(now);
    if (presence === 'gone') this.#stream.destroy();
    else if (presence !== 'present') this.#stream.send({ data: presence.ping });
  }

  end(retry?: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stream.end(retry);
    this.onclose?.();
    this.onended?.();
  }

  async close(): Promise<void> {
    this.end();
  }
}
