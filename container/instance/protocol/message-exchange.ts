import type { ServerResponse } from 'node:http';
import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/sdk/types.js';
import { EventStream } from './event-stream.ts';
import { serialiseMessage } from './serialised-result.ts';

/** After this time without an answer the response becomes a stream, so that headers and keep-alive comments reach the client. */
const streamAfterMs = 5_000;

export interface ExchangeOptions {
  response: ServerResponse;
  /** Ids of the posted requests; the exchange is complete when each is answered. */
  requestIds: readonly RequestId[];
  isBatch: boolean;
  headers: Record<string, string>;
  /** Called when the response is over, with the ids that were not answered because the client left. */
  onEnd(unanswered: RequestId[]): void;
}

/**
 * One POST of the Streamable HTTP transport and its response. Where the answer is the first thing to say, it is sent as plain JSON,
 * the cheaper form; where something comes before it (a notification, a request to the client, or a long silence) the response
 * becomes an event stream.
 */
export class MessageExchange {
  readonly #response: ServerResponse;
  readonly #unanswered: Set<RequestId>;
  readonly #isBatch: boolean;
  readonly #headers: Record<string, string>;
  readonly #answers: string[] = [];
  readonly #streamTimer: NodeJS.Timeout;
  #stream: EventStream | undefined;

  constructor({ response, requestIds, isBatch, headers, onEnd }: ExchangeOptions) {
    this.#response = response;
    this.#unanswered = new Set(requestIds);
    this.#isBatch = isBatch;
    this.#headers = headers;
    this.#streamTimer = setTimeout(() => this.#openStream(), streamAfterMs);
    this.#streamTimer.unref();
    response.once('close', () => {
      clearTimeout(this.#streamTimer);
      onEnd([...this.#unanswered]);
    });
  }

  /** Sends the answer to one of the requests. */
  answer(id: RequestId, message: JSONRPCMessage): void {
    if (!this.#unanswered.delete(id)) return;
    const text = serialiseMessage(message);
    if (this.#stream === undefined) this.#answers.push(text);
    else this.#stream.send('message', text);
    if (this.#unanswered.size === 0) this.#complete();
  }

  /** Sends a notification or a request that belongs to one of the requests. */
  tell(message: JSONRPCMessage): void {
    this.#openStream().send('message', serialiseMessage(message));
  }

  /** Gives up one of the requests: it was cancelled, so there will be no answer. */
  abandon(id: RequestId): void {
    if (this.#unanswered.delete(id) && this.#unanswered.size === 0) this.#complete();
  }

  /** Ends the response, answered or not. */
  end(): void {
    if (this.#stream !== undefined) this.#stream.end();
    else if (!this.#response.headersSent) this.#response.destroy();
  }

  #complete(): void {
    clearTimeout(this.#streamTimer);
    if (this.#response.destroyed) return;
    // With nothing to say, an empty stream is the one valid form of a response.
    if (this.#stream !== undefined || this.#answers.length === 0) {
      this.#openStream().end();
      return;
    }
    const body = this.#isBatch ? `[${this.#answers.join(',')}]` : (this.#answers[0] as string);
    this.#response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-accel-buffering': 'no',
      ...this.#headers,
    });
    this.#response.end(body);
  }

  #openStream(): EventStream {
    if (this.#stream === undefined) {
      clearTimeout(this.#streamTimer);
      this.#stream = new EventStream(this.#response, this.#headers);
      for (const text of this.#answers) this.#stream.send('message', text);
    }
    return this.#stream;
  }
}
