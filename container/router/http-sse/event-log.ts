import { SharedMemory } from '../fairness/shared-memory.ts';
import type { LastReceived } from './event-outlet.ts';
import type { Answered } from './upstream.ts';

/** What an event is to its client. An answer or a question must not get lost; a notification can be done without. */
export type EventKind = 'answer' | 'question' | 'notification';

/** An event for a client that is back. */
export interface DueEvent {
  /** Counts answers and questions of the session; 0 for a notification. */
  readonly number: number;
  readonly bytes: Buffer;
}

/** An event on its way to the client, with the requests that it answers. */
export interface OutgoingEvent extends DueEvent {
  readonly kind: EventKind;
  readonly answers: readonly Answered[];
}

interface LoggedEvent extends OutgoingEvent {
  /** When it was written to the client, by `performance.now()`; `undefined` while it was not. */
  sentAt: number | undefined;
}

/** Memory in bytes, and how long what was sent is remembered, in milliseconds. */
export interface EventLogLimits {
  perSession: number;
  inAll: number;
  /** Of events that were sent, for a client that says by `Last-Event-ID` that it did not get them. */
  sentPerSession: number;
  sentMaxAgeMs: number;
}

/** The memory that the logs of all sessions take together. */
export class EventLogRoom {
  readonly limits: EventLogLimits;
  readonly memory: SharedMemory;

  constructor(limits: EventLogLimits) {
    this.limits = limits;
    this.memory = new SharedMemory(limits.inAll);
  }

  get bytes(): number {
    return this.memory.bytes;
  }
}

/**
 * The events that a session's client has not got, or may not have got: what came while its connection was cut, and for a short time
 * the last that were written to it, because what was written to a connection that breaks is lost without a word.
 */
export class EventLog {
  readonly #room: EventLogRoom;
  readonly #workspaceId: string;
  #events: LoggedEvent[] = [];
  #bytes = 0;
  #undelivered = 0;

  constructor(room: EventLogRoom, workspaceId: string) {
    this.#room = room;
    this.#workspaceId = workspaceId;
  }

  /** Whether an answer or a question waits for the client. */
  get holdsUndelivered(): boolean {
    return this.#undelivered > 0;
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  /** Remembers an event that was just written to the client, where there is room. */
  sent({ number, kind, bytes, answers }: OutgoingEvent, now: number): void {
    if (kind === 'notification') return;
    const { sentPerSession } = this.#room.limits;
    if (bytes.length > sentPerSession || !this.#hasRoomFor(bytes.length)) return;
    while (this.#bytes + bytes.length > sentPerSession) {
      const index = this.#events.findIndex(({ sentAt }) => sentAt !== undefined);
      if (index === -1) return;
      this.#removeAt(index);
    }
    this.#add({ number, kind, bytes, answers, sentAt: now });
  }

  /** Keeps an event for the client's return. Answers `false` where there is no room, even without notifications and what was sent. */
  keep({ number, kind, bytes, answers }: OutgoingEvent): boolean {
    while (!this.#fits(bytes.length)) {
      let index = this.#events.findIndex(({ sentAt }) => sentAt !== undefined);
      if (index === -1) index = this.#events.findIndex((event) => event.kind === 'notification');
      if (index === -1) return kind === 'notification';
      this.#removeAt(index);
    }
    this.#add({ number, kind, bytes, answers, sentAt: undefined });
    if (kind !== 'notification') this.#undelivered += 1;
    return true;
  }

  /**
   * Takes what the client is to be sent on its return, in order, and counts it as sent.
   * @param received What it has got; all that was sent where that is missing.
   */
  deliver(received: LastReceived | undefined, now: number): DueEvent[] {
    const due: DueEvent[] = [];
    const after = received !== undefined && 'number' in received ? received.number : undefined;
    this.#events = this.#events.filter((event) => {
      const isDue = isToBeSent(event, received);
      if (isDue) {
        due.push(event);
        event.sentAt = now;
      }
      const stays = event.kind !== 'notification' && (after === undefined || event.number > after);
      if (!stays) this.#free(event);
      return stays;
    });
    this.#undelivered = 0;
    return due;
  }

  /**
   * Takes the answers that were kept for the client's return, in order: it gets them elsewhere. And forgets what was sent.
   * @param received What it has got; all that was sent where that is missing.
   */
  takeAnswers(received: LastReceived | undefined): OutgoingEvent[] {
    const answers: LoggedEvent[] = [];
    for (const event of [...this.#events]) {
      if (event.kind === 'answer' && isToBeSent(event, received)) answers.push(event);
      if (event.kind !== 'answer' && event.sentAt === undefined) continue;
      if (event.sentAt === undefined) this.#undelivered -= 1;
      this.#removeAt(this.#events.indexOf(event));
    }
    return answers;
  }

  /** Forgets what was sent long ago. */
  sweep(now: number): void {
    const { sentMaxAgeMs } = this.#room.limits;
    for (;;) {
      const oldest = this.#events[0];
      if (oldest?.sentAt === undefined || now - oldest.sentAt < sentMaxAgeMs) return;
      this.#removeAt(0);
    }
  }

  clear(): void {
    for (const event of this.#events) this.#free(event);
    this.#events = [];
    this.#undelivered = 0;
  }

  #fits(bytes: number): boolean {
    return this.#bytes + bytes <= this.#room.limits.perSession && this.#hasRoomFor(bytes);
  }

  #hasRoomFor(bytes: number): boolean {
    return this.#room.memory.hasRoomFor(this.#workspaceId, bytes);
  }

  #add(event: LoggedEvent): void {
    this.#events.push(event);
    this.#bytes += event.bytes.length;
    this.#room.memory.take(this.#workspaceId, event.bytes.length);
  }

  #removeAt(index: number): void {
    const [event] = this.#events.splice(index, 1);
    if (event !== undefined) this.#free(event);
  }

  #free(event: LoggedEvent): void {
    this.#bytes -= event.bytes.length;
    this.#room.memory.give(this.#workspaceId, event.bytes.length);
  }
}

/**
 * A client that does not say what it has got is sent only answers again: one to a request that it does not wait for any more it
 * ignores, but a question would be asked twice. Where it has used the id of a request again it would take the answer for the new one's.
 */
function isToBeSent({ number, kind, sentAt, answers }: LoggedEvent, received: LastReceived | undefined): boolean {
  if (sentAt === undefined) return true;
  if (received === undefined) return false;
  if ('number' in received) return number > received.number;
  return kind === 'answer' && sentAt >= received.lostSince && !answers.some(({ id }) => received.awaited.has(id));
}
