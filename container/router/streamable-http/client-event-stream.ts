import type { ServerResponse } from 'node:http';
import { AnswerScanner } from '../answer-scanner.ts';
import { EventStreamReader } from '../event-stream-reader.ts';
import type { RpcId } from '../refusal.ts';
import type { RequestsInFlight } from '../requests-in-flight.ts';
import type { KeptAlive } from '../stream-keeper.ts';
import { HeldBytes, type WorkspaceHoldRoom } from './held-bytes.ts';
import { writeInOnePiece } from './one-write.ts';

const keepAliveComment = ': keep-alive\n\n';

export interface ClientEventStreamOptions {
  status: number;
  /** Name and value in turn. */
  headers: string[];
  /** The body is compressed: its events cannot be told apart, so nothing is ever put between them. */
  isOpaque?: boolean;
}

/**
 * The event stream that a client holds. It outlives the instance's answers that fill it, one after the other: only whole events are
 * passed on, so that wherever an answer breaks off, something else can follow.
 */
export class ClientEventStream implements KeptAlive {
  readonly #response: ServerResponse;
  readonly #inFlight: RequestsInFlight;
  /** Nothing is known of what passes: the stream can only be ended as its answer ends. */
  readonly isOpaque: boolean;
  readonly #held: HeldBytes;
  #reader: EventStreamReader | undefined;
  #scanner: AnswerScanner | undefined;
  /** Requests that the event which is passing answers. They are answered when it is complete. */
  #answered: { id: RpcId; isError: boolean }[] = [];
  #followsEvent = false;
  #inEvent = false;
  /** The client was sent the beginning of an event that was too long to be held back. */
  #sentPart = false;
  #lastWriteAt = performance.now();

  /** Sends the head. */
  constructor(response: ServerResponse, options: ClientEventStreamOptions, inFlight: RequestsInFlight, room: WorkspaceHoldRoom) {
    this.#response = response;
    this.#inFlight = inFlight;
    this.isOpaque = options.isOpaque === true;
    this.#held = new HeldBytes(room);
    response.writeHead(options.status, options.headers);
    response.flushHeaders();
  }

  /** The id of the last event that the client got of the present answer, where it had one. */
  get lastEventId(): string | undefined {
    const id = this.#reader?.lastEventId;
    return id === '' ? undefined : id;
  }

  /** Takes bytes of an answer. Answers whether more may come before the client has read these. */
  write(chunk: Buffer): boolean {
    if (this.isOpaque) return this.#send(chunk);
    this.#reader ??= new EventStreamReader({ data: this.#onData, eventEnd: this.#onEventEnd });
    this.#reader.push(chunk);
    const end = this.#reader.eventsEnd;
    if (end === 0) return this.#hold(chunk);
    const mayGoOn = this.#sendHeld();
    this.#sentPart = false;
    if (end === chunk.length) return this.#send(chunk) && mayGoOn;
    const mayFollow = this.#send(chunk.subarray(0, end)) && mayGoOn;
    return this.#hold(chunk.subarray(end)) && mayFollow;
  }

  /** Puts a message of the router's own into the stream. Answers whether that was possible. */
  tell(json: string): boolean {
    if (!this.#mayInsert) return false;
    this.#lastWriteAt = performance.now();
    this.#response.write(`event: message\ndata: ${json}\n\n`);
    return true;
  }

  /**
   * The answer came to its end, or broke off: whatever it left incomplete is dropped, and another one may follow. Answers whether it
   * may: not where the client has half an event already.
   */
  endAnswer(): boolean {
    this.#held.release();
    this.#reader = undefined;
    this.#scanner?.reset();
    this.#answered = [];
    this.#inEvent = false;
    this.#followsEvent = false;
    return !this.#sentPart && !this.isOpaque;
  }

  /** Ends the stream, where an event does not forbid it with a hint when to come back. */
  end(retryMs?: number): void {
    this.#held.release();
    if (this.#response.writableEnded || this.#response.destroyed) return;
    if (retryMs !== undefined && this.#mayInsert) this.#response.write(`retry: ${Math.round(retryMs)}\n\n`);
    this.#response.end();
  }

  /** Cuts the connection: a clean end would make half an answer look like a whole one. */
  cut(): void {
    this.#held.release();
    this.#response.destroy();
  }

  get socket() {
    return this.#response.socket;
  }

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
    return !this.#sentPart && !this.isOpaque && !this.#response.writableEnded && !this.#response.destroyed;
  }

  #send(bytes: Buffer): boolean {
    this.#lastWriteAt = performance.now();
    return writeInOnePiece(this.#response, bytes);
  }

  #sendHeld(): boolean {
    let mayGoOn = true;
    if (this.#held.size > 0) for (const chunk of this.#held.release()) mayGoOn = this.#send(chunk);
    return mayGoOn;
  }

  /** Holds the beginning of an event back; where it gets too long, it is passed on as it comes. */
  #hold(bytes: Buffer): boolean {
    if (!this.#sentPart && this.#held.add(bytes)) return true;
    this.#sentPart = true;
    this.#sendHeld();
    return this.#send(bytes);
  }

  readonly #onData = (bytes: Uint8Array, start: number, end: number): void => {
    if (!this.#inEvent) {
      this.#inEvent = true;
      this.#followsEvent = this.#inFlight.size > 0;
    }
    if (!this.#followsEvent) return;
    this.#scanner ??= new AnswerScanner((id, isError) => void this.#answered.push({ id, isError }));
    this.#scanner.push(bytes, start, end);
  };

  readonly #onEventEnd = (): void => {
    if (this.#followsEvent) {
      this.#scanner?.reset();
      if (this.#answered.length > 0) {
        for (const { id, isError } of this.#answered) this.#inFlight.answered(id, isError);
        this.#answered = [];
      }
    }
    this.#inEvent = false;
    this.#followsEvent = false;
  };
}
