import type { RpcId } from '../refusal.ts';
import type { ClientStream } from './client-stream.ts';
import { eventId } from './event-id.ts';
import { type EventKind, EventLog, type EventLogRoom, type OutgoingEvent } from './event-log.ts';
import { endpointEvent, messageEvent, messageHead } from './server-sent-event.ts';
import type { AwaitedRequest, AwaitedRequests } from './unsettled-waits.ts';
import type { Answered } from './upstream.ts';

const noAnswers: readonly Answered[] = [];

export interface EventOutletOptions {
  sessionId: string;
  workspaceId: string;
  room: EventLogRoom;
  /** The client is away and there is no room for what it would have to get. */
  onOverflow(): void;
  /** Something was remembered that is to be forgotten after a while. */
  onLogged(): void;
}

/**
 * What a client has got that is back: it says so itself by the number of the last event, or it does not; then what was written to it
 * since that moment (by `performance.now()`) may be lost, and `awaited` names the requests that are under way.
 */
export type LastReceived = { number: number } | { lostSince: number; awaited: AwaitedRequests };

/** How long before the end of a connection was noticed something may have been written to it in vain. */
const writtenInVainMs = 5_000;

/** What has to be sent again to a client that does not say what it has got. @param cutAt When its connection was cut. */
export function writtenInVain(cutAt: number, awaited: AwaitedRequests): LastReceived {
  return { lostSince: cutAt - writtenInVainMs, awaited };
}

/** Where a session's events go: to its client's stream, or, while that is cut, into memory until the client is back. */
export class EventOutlet {
  readonly #options: EventOutletOptions;
  readonly #log: EventLog;
  /** Requests whose answers wait for the client's return. */
  readonly #undelivered = new Map<RpcId, AwaitedRequest>();
  #client: ClientStream | undefined;
  #isHeld = false;
  #isInLongEvent = false;
  #hasEnded = false;
  /** Answers and questions so far. */
  #count = 0;
  #receivedBefore = 0;
  /** The client, should it come, comes from another router. */
  #isElsewhere = true;

  constructor(options: EventOutletOptions) {
    this.#options = options;
    this.#log = new EventLog(options.room, options.workspaceId);
  }

  get client(): ClientStream | undefined {
    return this.#client;
  }

  /** Whether the client has not read yet what was written. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  get holdsUndelivered(): boolean {
    return this.#log.holdsUndelivered;
  }

  /** Whether nothing is remembered of what was written, or is to be. */
  get isForgotten(): boolean {
    return this.#log.isEmpty;
  }

  /** The number of the last event that the client had got when it came to this router. */
  get receivedBefore(): number {
    return this.#receivedBefore;
  }

  /** The number of the last event. */
  get count(): number {
    return this.#count;
  }

  get undelivered(): AwaitedRequests {
    return this.#undelivered;
  }

  /**
   * The client reads this stream now: it is told where to post, and what it has missed. Gives the stream that it had before.
   * @param received Everything that was written where it is missing.
   */
  attach(stream: ClientStream, endpoint: { path: string; retryMs: number }, received?: LastReceived): ClientStream | undefined {
    const former = this.#client;
    this.#client = stream;
    this.#isHeld = false;
    // A client that comes from another router goes on counting.
    const number = received !== undefined && 'number' in received ? received.number : 0;
    // It has got more than was sent here where it was elsewhere meanwhile, though nobody has said so yet.
    if (this.#isElsewhere || number > this.#count) this.#receivedBefore = number;
    this.#isElsewhere = false;
    this.#count = Math.max(this.#count, number);
    stream.begin();
    const due = this.#log.deliver(received, performance.now());
    const firstDue = due.find(({ number }) => number > 0)?.number ?? this.#count + 1;
    this.#write(endpointEvent(endpoint.path, this.#eventId(firstDue - 1), endpoint.retryMs));
    for (const { bytes } of due) this.#write(bytes);
    this.#undelivered.clear();
    if (!this.#log.isEmpty) this.#options.onLogged();
    return former;
  }

  /** The client's stream was cut. */
  detach(): void {
    this.#client = undefined;
    this.#isHeld = false;
  }

  /** The client has read what was written. */
  release(): void {
    this.#isHeld = false;
  }

  /** Notes that an answer comes, for whose request the client waits. */
  answers(id: RpcId, request: AwaitedRequest): void {
    if (this.#client === undefined) this.#undelivered.set(id, request);
  }

  /** @param answers The requests that it answers. */
  send(kind: EventKind, data: readonly Buffer[], answers: readonly Answered[] = noAnswers): void {
    if (this.#hasEnded) return;
    if (kind !== 'notification') this.#count += 1;
    const number = kind === 'notification' ? 0 : this.#count;
    const bytes = messageEvent(data, number === 0 ? undefined : this.#eventId(number));
    const event = { number, kind, bytes, answers };
    if (this.#client === undefined || this.#client.isClosed) {
      if (!this.#log.keep(event)) this.#options.onOverflow();
      return;
    }
    this.#write(bytes);
    this.#log.sent(event, performance.now());
    if (!this.#log.isEmpty) this.#options.onLogged();
  }

  /** The client has gone to another router. */
  leave(): void {
    this.#isElsewhere = true;
  }

  /** Takes the answers that the client has not got, for another router. @param received What it has got, as in {@link attach}. */
  takeAnswers(received: LastReceived | undefined): OutgoingEvent[] {
    this.leave();
    this.#undelivered.clear();
    return this.#log.takeAnswers(received);
  }

  /** An answer that was taken could not be given elsewhere. */
  putBack(event: OutgoingEvent): void {
    if (this.#hasEnded || this.#log.keep(event)) return;
    this.#options.onOverflow();
  }

  /** A piece of an event that is too large to be held: it passes where the client is there, otherwise it is lost. */
  sendPart(part: Buffer): void {
    if (!this.#isInLongEvent) {
      this.#isInLongEvent = true;
      this.#count += 1;
      this.#client?.sendPart(messageHead(this.#eventId(this.#count)));
    }
    if (this.#client?.sendPart(part) === false) this.#isHeld = true;
  }

  /** The large event is complete. Answers whether the client got it. */
  endParts(): boolean {
    this.#isInLongEvent = false;
    return this.#client?.endParts() ?? false;
  }

  /** What was begun of a large event will not be completed. */
  breakOff(): void {
    if (this.#isInLongEvent) this.#client?.breakOff();
    this.#isInLongEvent = false;
  }

  /** Forgets events that were sent long ago. Answers whether some are left. */
  sweep(now: number): boolean {
    this.#log.sweep(now);
    return !this.#log.isEmpty;
  }

  /** Ends the client's stream. @param retryMs When it is to come back. */
  end(retryMs?: number): void {
    this.#hasEnded = true;
    this.#log.clear();
    this.#client?.end(retryMs);
    this.#client = undefined;
  }

  #write(bytes: Buffer): void {
    if (this.#client?.send(bytes) === false) this.#isHeld = true;
  }

  #eventId(number: number): string {
    return eventId({ sessionId: this.#options.sessionId, number });
  }
}
