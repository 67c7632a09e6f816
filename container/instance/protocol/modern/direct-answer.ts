import type { ServerResponse } from 'node:http';
import { AnswerStream } from './answer-stream.ts';
import type { ExchangeTimes } from './exchange-times.ts';
import { sendJson } from './send-json.ts';

/**
 * The answer to one request, straight to the client: one JSON text, or a stream where something is said before the result or the result
 * takes long to come. A client that closes it has cancelled its request.
 */
export class DirectAnswer {
  readonly #response: ServerResponse;
  readonly #times: ExchangeTimes;
  readonly #cancelled = new AbortController();
  readonly #silence: NodeJS.Timeout;
  #stream: AnswerStream | undefined;
  #finished = false;

  constructor(response: ServerResponse, times: ExchangeTimes) {
    this.#response = response;
    this.#times = times;
    this.#silence = setTimeout(() => this.#openStream(), times.streamAfterMs);
    this.#silence.unref();
    response.once('close', () => {
      clearTimeout(this.#silence);
      if (!response.writableFinished) this.#cancelled.abort();
    });
  }

  get signal(): AbortSignal {
    return this.#cancelled.signal;
  }

  /** Sends a notification, which makes the answer a stream. After the result there is nothing more to say. */
  notify(json: string): void {
    if (!this.#finished) void this.#openStream().send(json);
  }

  /** Sends the result or the error. @returns when it is sent or the client has left. */
  async finish(json: string): Promise<void> {
    clearTimeout(this.#silence);
    this.#finished = true;
    if (this.#stream === undefined) return sendJson(this.#response, json);
    await this.#stream.send(json);
    this.#stream.end();
  }

  #openStream(): AnswerStream {
    if (this.#stream === undefined) {
      this.#stream = new AnswerStream(this.#response, this.#times.keepAliveMs);
      this.#stream.open();
    }
    return this.#stream;
  }
}
