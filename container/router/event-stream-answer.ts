import type { ServerResponse } from 'node:http';
import { AnswerScanner } from './answer-scanner.ts';
import { EventStreamReader } from './event-stream-reader.ts';
import type { ClientAnswer } from './plain-answer.ts';
import { type Refusal, refusals } from './refusal.ts';
import type { RequestsInFlight } from './requests-in-flight.ts';

const keepAliveComment = ': keep-alive\n\n';
const maxEndpointBytes = 2_048;

export interface EventStreamOptions {
  status: number;
  /** Name and value in turn. */
  headers: string[];
  /** A stream opened by GET stays after an answer, and its client knows how to open it again. */
  isStanding: boolean;
  /** The body is compressed: its events cannot be told apart, so nothing is ever put between them. */
  isOpaque: boolean;
  /** Called with the data of the first event, for streams that begin with an `endpoint` event. */
  onEndpoint?: (endpoint: string) => void;
}

/**
 * The event stream that a client holds. It outlives, by design, the answer of the instance that fills it: bytes are passed on as
 * they come, and between complete events the router can say something of its own.
 */
export class EventStreamAnswer implements ClientAnswer {
  readonly inFlight: RequestsInFlight;
  readonly #response: ServerResponse;
  readonly #options: EventStreamOptions;
  readonly #reader: EventStreamReader;
  readonly #scanner: AnswerScanner;
  /** Data of the first event, until it is complete. */
  #endpoint: Buffer[] | undefined;
  #endpointBytes = 0;
  #followsEvent = false;
  #inEvent = false;
  #lastWriteAt = performance.now();

  constructor(response: ServerResponse, options: EventStreamOptions, inFlight: RequestsInFlight) {
    this.#response = response;
    this.#options = options;
    this.inFlight = inFlight;
    this.#scanner = new AnswerScanner((id, isError) => inFlight.answered(id, isError));
    this.#reader = new EventStreamReader({ data: this.#onData, eventEnd: this.#onEventEnd });
    if (options.onEndpoint !== undefined) this.#endpoint = [];
    response.writeHead(options.status, options.headers);
    response.flushHeaders();
  }

  write(chunk: Buffer): boolean {
    if (!this.#options.isOpaque) this.#reader.push(chunk);
    this.#lastWriteAt = performance.now();
    return this.#response.write(chunk);
  }

  end(): boolean {
    // An instance may end an answer early where the client can resume it by the id of the last event (revision 2025-11-25).
    if (this.#reader.sawEventId && !this.#options.isStanding) this.inFlight.dropAll();
    this.#endWithErrors(() => refusals.emptyAnswer);
    return true;
  }

  cut(): boolean {
    this.#endWithErrors((isCall) => (isCall ? refusals.outcomeUnknown : refusals.instanceLost));
    return true;
  }

  /** Ends the stream from our side, where an event does not forbid it with a hint when to come back. */
  close(retryMs: number | undefined): void {
    if (this.#response.writableEnded) return;
    if (retryMs !== undefined && this.#mayInsert) this.#response.write(`retry: ${Math.round(retryMs)}\n\n`);
    this.#response.end();
  }

  /**
   * Called every now and then. Sends a comment where the stream was silent for `silenceMs`; cuts off a client that has left bytes
   * unread for `stalledMs`. Answers whether a comment was sent.
   */
  keepAlive(now: number, silenceMs: number, stalledMs: number): boolean {
    const silentFor = now - this.#lastWriteAt;
    if (this.#response.writableNeedDrain) {
      if (silentFor >= stalledMs) this.#response.destroy();
      return false;
    }
    if (silentFor < silenceMs || !this.#mayInsert) return false;
    this.#lastWriteAt = now;
    this.#response.write(keepAliveComment);
    return true;
  }

  get #mayInsert(): boolean {
    return this.#reader.betweenEvents && !this.#options.isOpaque && !this.#response.writableEnded && !this.#response.destroyed;
  }

  #endWithErrors(refusalFor: (isCall: boolean) => Refusal): void {
    const failed = this.inFlight.failAll();
    if (this.#response.writableEnded || this.#response.destroyed) return;
    if (failed.length > 0 && !this.#mayInsert) {
      // In the middle of an event nothing can be said, and a clean end would leave the client waiting for its answer.
      this.#response.destroy();
      return;
    }
    for (const { id, isCall } of failed) this.#response.write(`event: message\ndata: ${refusalFor(isCall).body(id)}\n\n`);
    this.#response.end();
  }

  readonly #onData = (bytes: Uint8Array, start: number, end: number): void => {
    if (this.#endpoint !== undefined) {
      this.#endpointBytes += end - start;
      if (this.#endpointBytes <= maxEndpointBytes) this.#endpoint.push(Buffer.from(bytes.subarray(start, end)));
      return;
    }
    if (!this.#inEvent) {
      this.#inEvent = true;
      this.#followsEvent = this.inFlight.size > 0;
    }
    if (this.#followsEvent) this.#scanner.push(bytes, start, end);
  };

  readonly #onEventEnd = (): void => {
    if (this.#endpoint !== undefined && this.#endpointBytes > 0) {
      const endpoint = Buffer.concat(this.#endpoint).toString('utf8');
      this.#endpoint = undefined;
      this.#options.onEndpoint?.(endpoint);
    }
    if (this.#followsEvent) this.#scanner.reset();
    this.#inEvent = false;
    this.#followsEvent = false;
  };
}
