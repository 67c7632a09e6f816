import type { IncomingHttpHeaders } from 'node:http';
import { AnswerScanner } from '../answer-scanner.ts';
import { EventStreamReader } from '../event-stream-reader.ts';
import { type AnswerListener, InstanceAttempt, type InstanceFailure } from '../instance-connections.ts';
import type { RouteTarget } from '../ports.ts';
import type { RpcId } from '../refusal.ts';

/** An event is held until it is complete, so that half a one reaches no client; beyond this size it passes as it comes. */
const maxHeldBytes = 1024 * 1024;
const maxRefusalBytes = 64 * 1024;
const maxEndpointBytes = 4_096;

/** A request that an event answers. */
export interface Answered {
  id: RpcId;
  isError: boolean;
}

/** What comes from an instance on the stream it opened. */
export interface UpstreamListener {
  /** Whether more may come at once; otherwise nothing comes until `resume`. */
  readonly mayReceive: boolean;
  /** A complete event. `answers` is empty where it answers nothing. */
  onEvent(upstream: Upstream, data: readonly Buffer[], size: number, answers: readonly Answered[]): void;
  /** A piece of an event that is too large to be held. */
  onLongEventPart(part: Buffer): void;
  onLongEventEnd(answers: readonly Answered[]): void;
  /** The stream ended, however. What was incomplete is dropped. */
  onLost(upstream: Upstream): void;
}

/** How the opening of a stream went. */
export type UpstreamOpening =
  | { kind: 'open' }
  /** The instance answered with something else than a stream. */
  | { kind: 'refused'; status: number; headers: IncomingHttpHeaders; body: Buffer }
  | { kind: 'failed'; failure: InstanceFailure };

/** The event stream of a session at one process of its instance. */
export class Upstream implements AnswerListener {
  readonly target: RouteTarget;
  /** The session's id at the process, as its `endpoint` event names it. */
  sessionId = '';
  readonly attempt: InstanceAttempt = new InstanceAttempt(this);
  readonly #listener: UpstreamListener;
  readonly #reader: EventStreamReader;
  readonly #scanner: AnswerScanner;
  #tellOpening: ((opening: UpstreamOpening) => void) | undefined;
  #refused: { status: number; headers: IncomingHttpHeaders } | undefined;
  #pieces: Buffer[] = [];
  #size = 0;
  #isLong = false;
  #answers: Answered[] = [];
  #isOver = false;
  #isFinishing = false;

  constructor(target: RouteTarget, listener: UpstreamListener, tellOpening: (opening: UpstreamOpening) => void) {
    this.target = target;
    this.#listener = listener;
    this.#tellOpening = tellOpening;
    this.#scanner = new AnswerScanner((id, isError) => this.#answers.push({ id, isError }));
    this.#reader = new EventStreamReader({ data: this.#onData, eventEnd: this.#onEventEnd });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether it only answers what it accepted before its session went on elsewhere. */
  get isFinishing(): boolean {
    return this.#isFinishing;
  }

  /**
   * Its session goes on at another process, while this one still answers what it has accepted: from now on in whole events alone,
   * because two that pass as they come would get mixed. Answers `false` where one is passing at the moment.
   */
  finish(): boolean {
    if (this.#isLong) return false;
    this.#isFinishing = true;
    return true;
  }

  resume(): void {
    this.attempt.resume();
  }

  /** Ends it from our side, without a word to its listener. */
  abandon(): void {
    this.#isOver = true;
    this.#tellOpening = undefined;
    this.attempt.abandon();
  }

  onAnswer(status: number, headers: IncomingHttpHeaders): void {
    if (status !== 200 || headers['content-type']?.startsWith('text/event-stream') !== true) this.#refused = { status, headers };
  }

  onChunk(chunk: Buffer): boolean {
    if (this.#refused !== undefined) {
      this.#size += chunk.length;
      if (this.#size <= maxRefusalBytes) this.#pieces.push(chunk);
      return true;
    }
    this.#reader.push(chunk);
    return this.#isOver || this.#listener.mayReceive;
  }

  onEnd(): void {
    if (this.#refused === undefined) this.onFailure('lost');
    else this.#settle({ kind: 'refused', ...this.#refused, body: Buffer.concat(this.#pieces) });
  }

  onFailure(failure: InstanceFailure): void {
    this.#isOver = true;
    if (this.#tellOpening === undefined) this.#listener.onLost(this);
    else this.#settle({ kind: 'failed', failure });
  }

  #settle(opening: UpstreamOpening): void {
    const tell = this.#tellOpening;
    this.#tellOpening = undefined;
    if (opening.kind !== 'open') this.#isOver = true;
    tell?.(opening);
  }

  readonly #onData = (bytes: Uint8Array, start: number, end: number): void => {
    if (this.#isOver) return;
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
    this.#size += piece.length;
    if (this.#tellOpening !== undefined) {
      if (this.#size <= maxEndpointBytes) this.#pieces.push(piece);
      return;
    }
    this.#scanner.push(piece);
    if (this.#isLong) {
      this.#listener.onLongEventPart(piece);
      return;
    }
    this.#pieces.push(piece);
    if (this.#size <= maxHeldBytes) return;
    if (this.#isFinishing) {
      this.abandon();
      this.#listener.onLost(this);
      return;
    }
    this.#isLong = true;
    for (const held of this.#pieces) this.#listener.onLongEventPart(held);
    this.#pieces = [];
  };

  readonly #onEventEnd = (): void => {
    if (this.#isOver || this.#size === 0) return;
    const pieces = this.#pieces;
    const size = this.#size;
    const answers = this.#answers;
    const isLong = this.#isLong;
    this.#pieces = [];
    this.#size = 0;
    this.#isLong = false;
    if (answers.length > 0) this.#answers = [];
    this.#scanner.reset();
    if (this.#tellOpening !== undefined) {
      const endpoint = Buffer.concat(pieces).toString('utf8');
      this.sessionId = new URLSearchParams(endpoint.slice(endpoint.indexOf('?') + 1)).get('sessionId') ?? '';
      this.#settle({ kind: 'open' });
    } else if (isLong) this.#listener.onLongEventEnd(answers);
    else this.#listener.onEvent(this, pieces, size, answers);
  };
}
