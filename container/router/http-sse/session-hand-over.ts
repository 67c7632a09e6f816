import { randomUUID } from 'node:crypto';
import { refusals } from '../refusal.ts';
import type { ClaimedSession } from '../sessions/parked-report.ts';
import type { StreamPlace, StreamRouter } from '../sessions/session-holder.ts';
import type { ClientMessage } from './client-message.ts';
import type { OutgoingEvent } from './event-log.ts';
import type { EventOutlet, LastReceived } from './event-outlet.ts';
import type { MessageQueue } from './message-queue.ts';
import { errorOf } from './post-outcome.ts';
import { eventData } from './server-sent-event.ts';
import type { SessionEvents } from './session-events.ts';

export interface SessionHandOverParts {
  /** Its state, as it is at the moment. */
  session: { readonly isAttached: boolean; readonly hasEnded: boolean };
  /** Path and query at which clients say something in the session. */
  path: string;
  queue: MessageQueue;
  outlet: EventOutlet;
  events: SessionEvents;
}

/** How long a router may take to show the session that it has claimed, in milliseconds. After that nobody has it. */
const claimMs = 2_000;

/** Answers that are on their way to another router, or were and may not have arrived. */
interface Delivery {
  readonly id: string;
  readonly events: readonly OutgoingEvent[];
}

/**
 * Gives what a session holds for its client to the router at which that client is now: messages that no process was asked yet, and
 * answers that came too late. Nothing is given twice, and what could not be given stays.
 */
export class SessionHandOver {
  readonly #parts: SessionHandOverParts;
  #delivery: Delivery | undefined;
  /** When its client was recognised last, by `performance.now()`, and what that one had got. */
  #claim: { readonly at: number; readonly received: LastReceived | undefined } | undefined;

  constructor(parts: SessionHandOverParts) {
    this.#parts = parts;
  }

  /** Whether answers are here that are neither in the outlet nor known to have arrived. */
  get isUnfinished(): boolean {
    return this.#delivery !== undefined;
  }

  /** Whether something was written to the client a short time ago, which that one may not have got. */
  get remembersSent(): boolean {
    return !this.#parts.outlet.isForgotten;
  }

  /** The number of the last event that the client had got when it came to this router. */
  get receivedBefore(): number {
    return this.#parts.outlet.receivedBefore;
  }

  /** Whether the client was recognised a moment ago: whoever else comes back is not the one that is waited for here. */
  get isTaken(): boolean {
    return this.#claim !== undefined && performance.now() - this.#claim.at < claimMs;
  }

  /**
   * Another router has recognised the client, and goes on with the session. `undefined` where it is not to be had.
   * @param received What the client has got; everything that was written where that is missing.
   */
  claim(received: LastReceived | undefined): Pick<ClaimedSession, 'count' | 'messages'> | undefined {
    const { outlet, queue } = this.#parts;
    if (!this.reserve(received)) return undefined;
    outlet.leave();
    return { count: outlet.count, messages: queue.count };
  }

  /** Somebody has recognised the client and gives it its stream in a moment. Answers whether the session is to be had. */
  reserve(received?: LastReceived): boolean {
    const { session } = this.#parts;
    if (session.isAttached || session.hasEnded || this.isTaken) return false;
    this.#claim = { at: performance.now(), received };
    return true;
  }

  /** The session goes on here as it was at another router. */
  goOn({ messages }: Pick<ClaimedSession, 'messages'>): void {
    this.#parts.queue.continueAfter(messages);
  }

  /** The client gets answers that another router has kept for it. */
  take(answers: readonly string[]): void {
    for (const answer of answers) this.#parts.events.passAnswer(answer);
  }

  /** Never rejects. @param sessionId The name by which that router knows the session. */
  async giveTo(place: StreamPlace, sessionId: string): Promise<void> {
    if (await this.#giveMessages(place.router)) await this.#giveAnswers(place, sessionId);
  }

  /** The client has come back here: it gets itself what was not given. */
  takeBack(): void {
    const { events = [] } = this.#delivery ?? {};
    this.#delivery = undefined;
    this.#claim = undefined;
    for (const event of events) this.#parts.outlet.putBack(event);
  }

  /** Answers whether that router took them all. */
  async #giveMessages(router: StreamRouter): Promise<boolean> {
    const { session, queue, path } = this.#parts;
    while (!session.isAttached) {
      const message = queue.takeWaiting();
      if (message === undefined) return true;
      const answer = await router.forward({ request: { url: path, headers: message.headers }, body: message.bodyToSend() });
      if (answer === undefined) {
        if (session.hasEnded) message.release();
        else queue.putBack(message);
        return false;
      }
      if (answer.status >= 300) this.#refused(message, answer.body);
      message.release();
    }
    return false;
  }

  /** That router does not take the message, and says why. */
  #refused(message: ClientMessage, body: Buffer): void {
    const error = errorOf(body);
    // It is being answered there already.
    if (error?.includes(`"reason":"${refusals.requestIdInUse.reason}"`) === true) return;
    for (const id of message.unanswered) {
      const response =
        error === undefined ? refusals.instanceLost.body(id) : `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":${error}}`;
      this.#parts.events.answer(id, response);
    }
  }

  async #giveAnswers({ router, after }: StreamPlace, sessionId: string): Promise<void> {
    const { outlet } = this.#parts;
    for (;;) {
      if (this.#delivery === undefined) {
        const events = outlet.takeAnswers(this.#claim === undefined ? { number: after } : this.#claim.received);
        if (events.length === 0) return;
        this.#delivery = { id: randomUUID(), events };
      }
      const delivery = this.#delivery;
      const answers = delivery.events.map(({ bytes }) => eventData(bytes).toString('utf8'));
      const isTaken = await router.giveAnswers(sessionId, delivery.id, answers);
      if (this.#delivery === delivery && isTaken) this.#delivery = undefined;
      if (!isTaken) return;
    }
  }
}
