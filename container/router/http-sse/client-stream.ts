import type { AdmittedRequest } from '../admitted-request.ts';
import type { OpenExchange } from '../open-exchanges.ts';
import type { Refusal } from '../refusal.ts';
import { refuse } from '../respond.ts';
import type { RouterServices } from '../router-services.ts';
import type { VerifiedToken } from '../token-verifier.ts';
import { eventEnd } from './server-sent-event.ts';

const keepAliveComment = ': keep-alive\n\n';
/** A client that is gone without a word is noticed by the system. */
const keepAliveDelayMs = 30_000;

/** The session whose events a stream carries. */
export interface StreamOwner {
  readonly id: string;
  readonly owesAnswer: boolean;
  /** The client has read what was written: more may come. */
  onDrain(): void;
  /** The client's connection ended, not by us. */
  onCut(stream: ClientStream): void;
  /** The client leaves its stream unread and was cut off. */
  onStalled(stream: ClientStream): void;
  /** The stream is closed from our side: see {@link OpenExchange.close}. */
  onClose(refusal: Refusal, withRetryHint: boolean): void;
  loseUpstream(): void;
}

/**
 * The response to a client's `GET` at `sse`: nothing at first, then, from {@link begin} on, an event stream that stays open whatever
 * its instance does. Events are written whole; only one too large to be held is written as it comes.
 */
export class ClientStream implements OpenExchange {
  readonly isStanding = true;
  readonly #services: RouterServices;
  readonly #admitted: AdmittedRequest;
  owner: StreamOwner | undefined;
  #lastWriteAt = 0;
  #isEndedByUs = false;
  #isFinished = false;
  /** What has to wait for the end of the long event that is passing. */
  #afterLongEvent: Buffer[] | undefined;

  constructor(services: RouterServices, admitted: AdmittedRequest) {
    this.#services = services;
    this.#admitted = admitted;
  }

  get token(): VerifiedToken {
    return this.#admitted.token;
  }

  get sessionId(): string | undefined {
    return this.owner?.id;
  }

  get owesAnswer(): boolean {
    return this.owner?.owesAnswer ?? false;
  }

  get isClosed(): boolean {
    return this.#isFinished || this.#isEndedByUs || this.#admitted.response.destroyed;
  }

  get hasBegun(): boolean {
    return this.#admitted.response.headersSent;
  }

  /** Takes its place among what is open. Answers `false` where the client has left already. */
  start(): boolean {
    const { response } = this.#admitted;
    if (response.destroyed) return false;
    response.on('close', this.#finish);
    this.#services.open.add(this);
    return true;
  }

  /** Sends the head of the stream. */
  begin(): void {
    const { response, commonHeaders } = this.#admitted;
    if (response.headersSent || this.isClosed) return;
    response.socket?.setKeepAlive(true, keepAliveDelayMs);
    response.writeHead(200, [
      ...commonHeaders,
      'Content-Type',
      'text/event-stream',
      'Cache-Control',
      'no-store',
      'X-Accel-Buffering',
      'no',
    ]);
    response.on('drain', this.#onDrain);
    this.#lastWriteAt = performance.now();
    this.#services.eventStreams.add(this);
  }

  /** Answers the `GET` with something else than a stream. */
  refuse(refusal: Refusal): void {
    this.#isEndedByUs = true;
    this.#services.metrics.refusal(refusal.reason);
    refuse(this.#admitted, refusal, null, this.#services.realm);
  }

  /** Writes a whole event. Answers whether more may come before the client has read it. */
  send(event: Buffer): boolean {
    if (this.isClosed) return true;
    if (this.#afterLongEvent !== undefined) {
      this.#afterLongEvent.push(event);
      return true;
    }
    return this.#write(event);
  }

  /** A piece of an event that is too large to be held. */
  sendPart(part: Buffer): boolean {
    if (this.isClosed) return true;
    this.#afterLongEvent ??= [];
    return this.#write(part);
  }

  /** The large event is complete. Answers whether the client got all of it. */
  endParts(): boolean {
    const waiting = this.#afterLongEvent;
    this.#afterLongEvent = undefined;
    // A stream that was opened meanwhile has seen nothing of it.
    if (waiting === undefined || this.isClosed) return false;
    this.#write(eventEnd);
    for (const event of waiting) this.#write(event);
    return true;
  }

  /** The rest of a large event will not come: half an event must not look like a whole one, so the connection breaks. */
  breakOff(): void {
    if (this.#afterLongEvent !== undefined) this.#admitted.response.destroy();
  }

  /** Ends the stream from our side, with a hint when to come back where one is given. */
  end(retryMs?: number): void {
    if (this.isClosed) return;
    this.#isEndedByUs = true;
    const { response } = this.#admitted;
    if (this.#afterLongEvent !== undefined) response.destroy();
    else if (retryMs === undefined) response.end();
    else response.end(`retry: ${Math.round(retryMs)}\n\n`);
  }

  close(refusal: Refusal, withRetryHint: boolean): void {
    if (this.isClosed) return;
    if (!this.hasBegun) this.refuse(refusal);
    else if (this.owner === undefined) this.end();
    else this.owner.onClose(refusal, withRetryHint);
  }

  loseInstance(): void {
    this.owner?.loseUpstream();
  }

  /** Cancellations of this transport are told the session, not the stream. */
  cancel(): void {}

  /** Called every now and then; see `StreamKeeper`. */
  get socket() {
    return this.#admitted.response.socket;
  }

  keepAlive(now: number, silenceMs: number, stalledMs: number): boolean {
    const { response } = this.#admitted;
    const silentFor = now - this.#lastWriteAt;
    if (response.writableNeedDrain) {
      if (silentFor < stalledMs || this.isClosed) return false;
      this.#isEndedByUs = true;
      response.destroy();
      this.owner?.onStalled(this);
      return false;
    }
    if (silentFor < silenceMs || this.#afterLongEvent !== undefined || this.isClosed) return false;
    this.#lastWriteAt = now;
    response.write(keepAliveComment);
    return true;
  }

  #write(bytes: Buffer): boolean {
    this.#lastWriteAt = performance.now();
    return this.#admitted.response.write(bytes);
  }

  readonly #onDrain = (): void => this.owner?.onDrain();

  readonly #finish = (): void => {
    if (this.#isFinished) return;
    this.#isFinished = true;
    const { open, eventStreams, metrics } = this.#services;
    const { response } = this.#admitted;
    open.remove(this);
    eventStreams.delete(this);
    metrics.request('sse', response.headersSent ? response.statusCode : 'aborted');
    if (!this.#isEndedByUs) this.owner?.onCut(this);
  };
}
