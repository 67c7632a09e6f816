import type { Dispatcher } from 'undici';
import type { IncomingAnswer } from './incoming-answer.ts';

/** Why an attempt has no answer. */
export interface AttemptFailure {
  /** Whether the request began to leave, so that it may have been carried out. */
  requestLeft: boolean;
  /** What the HTTP library reports. Its text can hold the URL and with it the key, so it must not be shown. */
  cause?: unknown;
}

export interface AttemptListener {
  answered(answer: IncomingAnswer): void;
  failed(failure: AttemptFailure): void;
  /** The first byte of the request is about to leave. */
  leaving?(): void;
}

const byteOrderMark = 0xfeff;

/**
 * One request and its answer. It knows whether the request began to leave, which the library's promise interface does not tell, and
 * keeps the library from sending a request again whose connection broke.
 */
export class HttpAttempt implements Dispatcher.DispatchHandler {
  readonly #listener: AttemptListener;
  #controller: Dispatcher.DispatchController | undefined;
  #requestLeft = false;
  #ended = false;
  #status = 0;
  #headers: IncomingAnswer['headers'] = {};
  readonly #chunks: Buffer[] = [];

  constructor(listener: AttemptListener) {
    this.#listener = listener;
  }

  get requestLeft(): boolean {
    return this.#requestLeft;
  }

  /** Ends the attempt. A request that has not begun to leave never will. */
  abort(): void {
    this.#fail(undefined);
    this.#controller?.abort(new Error('ended'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Where the connection broke and the library wants to try another one, the first request may have arrived.
    if (this.#requestLeft) this.#fail(undefined);
    if (this.#ended) {
      controller.abort(new Error('ended'));
      return;
    }
    this.#controller = controller;
    this.#requestLeft = true;
    this.#listener.leaving?.();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingAnswer['headers']): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#listener.answered({ status: this.#status, headers: this.#headers, text: this.#text() });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error);
  }

  #fail(cause: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#listener.failed({ requestLeft: this.#requestLeft, cause });
  }

  #text(): string {
    const [first, ...others] = this.#chunks;
    if (first === undefined) return '';
    const text = (others.length === 0 ? first : Buffer.concat(this.#chunks)).toString('utf8');
    return text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text;
  }
}
