import { AnswerScanner } from '../answer-scanner.ts';
import { type RpcId, refusals } from '../refusal.ts';
import { replayedIdPrefix } from '../sessions/session-recorder.ts';
import type { ClientMessage } from './client-message.ts';
import type { EventOutlet } from './event-outlet.ts';
import type { MessageQueue } from './message-queue.ts';
import { readServerMessage } from './server-messages.ts';
import type { ServerQuestions } from './server-questions.ts';
import type { Answered, Upstream, UpstreamListener } from './upstream.ts';

/** The session whose events pass. */
export interface EventsListener {
  readonly isAttached: boolean;
  /** The instance accepted a request that changes the session. `data` is its response. */
  onAccepted(message: ClientMessage, data: readonly Buffer[]): void;
  /** An answer has passed, or was kept for the client's return. */
  onAnswerPassed(): void;
  /** An answer to something that the router asked in the client's name. */
  onReplayed(answered: Answered): void;
  onLost(upstream: Upstream): void;
}

export interface SessionEventsParts {
  queue: MessageQueue;
  outlet: EventOutlet;
  questions: ServerQuestions;
  listener: EventsListener;
}

/** What the processes of a session say on their streams, on its way to the client. */
export class SessionEvents implements UpstreamListener {
  readonly #parts: SessionEventsParts;

  constructor(parts: SessionEventsParts) {
    this.#parts = parts;
  }

  get mayReceive(): boolean {
    return !this.#parts.outlet.isHeld;
  }

  onEvent(upstream: Upstream, data: readonly Buffer[], size: number, answers: readonly Answered[]): void {
    if (answers.length === 0) {
      this.#onTold(upstream, data, size);
      return;
    }
    const { outlet, listener } = this.#parts;
    let isAwaited = false;
    for (const answer of answers) {
      const message = this.#answered(answer);
      if (message === undefined) continue;
      isAwaited = true;
      if (!answer.isError && message.rpc.sessionChanges.length > 0) listener.onAccepted(message, data);
    }
    // Nobody waits for what is left: it was cancelled, or asked by us.
    if (!isAwaited) return;
    outlet.send('answer', data, answers);
    listener.onAnswerPassed();
  }

  onLongEventPart(part: Buffer): void {
    this.#parts.outlet.sendPart(part);
  }

  onLongEventEnd(answers: readonly Answered[]): void {
    const isDelivered = this.#parts.outlet.endParts();
    for (const answer of answers) {
      const message = this.#answered(answer);
      // It was too large to be kept for the client's return.
      if (message !== undefined && !isDelivered) this.answer(answer.id, refusals.answerTooLarge.body(answer.id));
    }
    this.#parts.listener.onAnswerPassed();
  }

  onLost(upstream: Upstream): void {
    this.#parts.listener.onLost(upstream);
  }

  /** The router answers itself; the text is the JSON-RPC response. */
  answer(id: RpcId, response: string): void {
    const { outlet, listener } = this.#parts;
    outlet.answers(id, { mayRepeat: false, order: 0 });
    outlet.send('answer', [Buffer.from(response)], [{ id, isError: true }]);
    listener.onAnswerPassed();
  }

  /** Another router has got answers for the client. To a request that it has made here since, it waits for the answer from here. */
  passAnswer(response: string): void {
    const { queue, outlet } = this.#parts;
    const data = Buffer.from(response);
    const answered: Answered[] = [];
    new AnswerScanner((id, isError) => answered.push({ id, isError })).push(data);
    if (answered.length > 0 && !answered.some(({ id }) => queue.unanswered.has(id))) outlet.send('answer', [data], answered);
  }

  /** Nothing can be answered to the process any more: the client hears which of its questions nobody wants an answer to. */
  withdrawQuestions(): void {
    for (const requestId of this.#parts.questions.lost()) {
      const params = { requestId, reason: 'The instance ended.' };
      const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params };
      this.#parts.outlet.send('notification', [Buffer.from(JSON.stringify(cancelled))]);
    }
  }

  /** A question or a notification of the instance. */
  #onTold(upstream: Upstream, data: readonly Buffer[], size: number): void {
    const { questions, outlet, listener } = this.#parts;
    // No answer would reach a process that takes no messages any more.
    if (upstream.isFinishing && readServerMessage(data, size)?.id !== undefined) return;
    const told = questions.pass(data, size);
    // The client is away, and comes back or not: asking it whether it is there does not help.
    if (told.kind === 'ping' && !listener.isAttached) return;
    outlet.send(told.kind === 'question' ? 'question' : 'notification', told.data);
  }

  #answered({ id, isError }: Answered): ClientMessage | undefined {
    const { queue, outlet, listener } = this.#parts;
    const message = queue.answered(id, isError);
    if (message === undefined) {
      if (typeof id === 'string' && id.startsWith(replayedIdPrefix)) listener.onReplayed({ id, isError });
      return undefined;
    }
    outlet.answers(id, message.awaited(id));
    return message;
  }
}
