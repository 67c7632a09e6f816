import type { ServerResponse } from 'node:http';
import type { JSONRPCMessage, JSONRPCRequest, RequestId } from '@modelcontextprotocol/sdk/types.js';
import { EventStream } from './event-stream.ts';
import { isRequest } from './json-rpc.ts';
import type { ReplayedStream } from './replayed-stream.ts';
import { serialiseMessage } from './serialised-result.ts';

/** After this time without an answer the response becomes a stream, so that headers and keep-alive comments reach the client. */
const usualStreamAfterMs = 5_000;

export interface ExchangeOptions {
  response: ServerResponse;
  messages: readonly JSONRPCMessage[];
  isBatch: boolean;
  headers: Record<string, string>;
  /** Makes the stream of this exchange, where it needs one. */
  openStream(response: ServerResponse): ReplayedStream;
  /** Milliseconds without an answer after which the response becomes a stream. */
  streamAfterMs?: number | undefined;
  /** Called when the client has left and can not come back for the answer. */
  onLeft(exchange: MessageExchange): void;
}

/**
 * One POST of the Streamable HTTP transport and its response. Where the answer is the first thing to say, it is sent as plain JSON,
 * the cheaper form; where something comes before it (a notification, a request to the client, or a long silence) the response
 * becomes an event stream, which the client can take up again where it was cut.
 */
export class MessageExchange {
  readonly #options: ExchangeOptions;
  readonly #unanswered = new Map<RequestId, JSONRPCRequest>();
  readonly #answers: string[] = [];
  readonly #streamTimer: NodeJS.Timeout;
  #stream: ReplayedStream | undefined;
  #completed = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    for (const message of options.messages) if (isRequest(message)) this.#unanswered.set(message.id, message);
    this.#streamTimer = setTimeout(() => this.#toStream(), options.streamAfterMs ?? usualStreamAfterMs);
    this.#streamTimer.unref();
    options.response.once('close', () => this.#onClose());
  }

  /** The requests that are still to be answered. */
  get unanswered(): Iterable<JSONRPCRequest> {
    return this.#unanswered.values();
  }

  /** The stream that the response has become. */
  get stream(): ReplayedStream | undefined {
    return this.#stream;
  }

  /** Sends the answer to one of the requests. */
  answer(id: RequestId, message: JSONRPCMessage): void {
    if (!this.#unanswered.delete(id)) return;
    const text = serialiseMessage(message);
    if (this.#stream === undefined) this.#answers.push(text);
    else this.#stream.send(text);
    if (this.#unanswered.size === 0) this.#complete();
  }

  /** Sends a notification or a request that belongs to one of the requests. */
  tell(message: JSONRPCMessage): void {
    this.#toStream().send(serialiseMessage(message));
  }

  /** Gives up one of the requests: it was cancelled, so there will be no answer. */
  abandon(id: RequestId): void {
    this.#unanswered.delete(id);
  }

  /** Ends the response where nothing is left to answer after {@link abandon}. */
  completeAbandoned(): void {
    if (this.#unanswered.size === 0) this.#complete();
  }

  /** Ends the connection, not the exchange: the client shall come back for the answer. */
  pause(): void {
    this.#toStream().disconnect();
  }

  /** Ends the response, answered or not. */
  end(): void {
    clearTimeout(this.#streamTimer);
    const { response } = this.#options;
    if (this.#stream !== undefined) this.#stream.end();
    else if (!response.headersSent) response.destroy();
  }

  #onClose(): void {
    clearTimeout(this.#streamTimer);
    if (this.#unanswered.size > 0 && this.#stream?.resumable !== true) this.#options.onLeft(this);
  }

  #complete(): void {
    clearTimeout(this.#streamTimer);
    if (this.#completed) return;
    this.#completed = true;
    const { response, isBatch, headers } = this.#options;
    if (this.#stream !== undefined) {
      this.#stream.end();
      return;
    }
    if (response.destroyed) return;
    if (this.#answers.length === 0) {
      // With nothing to say, an empty stream is the one valid form of a response. It names no place to resume at.
      new EventStream(response, headers).end();
      return;
    }
    const body = isBatch ? `[${this.#answers.join(',')}]` : (this.#answers[0] as string);
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-accel-buffering': 'no',
      ...headers,
    });
    response.end(body);
  }

  #toStream(): ReplayedStream {
    if (this.#stream === undefined) {
      clearTimeout(this.#streamTimer);
      this.#stream = this.#options.openStream(this.#options.response);
      for (const text of this.#answers) this.#stream.send(text);
    }
    return this.#stream;
  }
}
