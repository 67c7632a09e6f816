import type { InstanceAnswer } from '../ask-instance.ts';
import type { InstanceFailure } from '../instance-connections.ts';
import { headersForInstance } from '../instance-headers.ts';
import { outcomeUnknownResponse } from '../outcome-unknown.ts';
import { type Refusal, type RpcId, refusals } from '../refusal.ts';
import type { RouterServices } from '../router-services.ts';
import type { SessionRecord } from '../sessions/session-record.ts';
import type { ClientMessage } from './client-message.ts';
import { InstancePost } from './instance-post.ts';
import { errorOf, isTurnedAway } from './post-outcome.ts';
import type { Upstream } from './upstream.ts';

/** More than any client has open at once. */
const maxUnanswered = 1_000;
/** A message that processes turned away so often is given up. */
const maxTurnedAway = 10;
/** How long the fate of a message may stay open whose process seems to be gone. */
const lostPostMs = 1_000;

/** How a process did not take a message: what became of the connection, or the status it refused it with. */
export type TurnedAway = InstanceFailure | number;

export interface QueueListener {
  /** The router answers a request itself; the text is the JSON-RPC response. */
  onOwnAnswer(id: RpcId, response: string): void;
  /** Something waits for a process to go to, and there is none. */
  onWaiting(): void;
  /** The process does not take messages of this session: it is gone, going, or never knew the session. */
  onTurnedAway(upstream: Upstream, how: TurnedAway): void;
}

interface Sending {
  message: ClientMessage;
  post: InstancePost;
  upstream: Upstream;
}

/**
 * The messages of one session on their way to its instance, in the order in which they came, and the requests among them that wait
 * for their answers. Each is handed over when the one before it was accepted; what is handed over waits no more for the others.
 */
export class MessageQueue {
  readonly #services: RouterServices;
  readonly #record: SessionRecord;
  readonly #listener: QueueListener;
  #waiting: ClientMessage[] = [];
  readonly #pending = new Map<RpcId, ClientMessage>();
  /** Where messages go; `undefined` while there is no process that knows the session. */
  #upstream: Upstream | undefined;
  #sending: Sending | undefined;
  #lastOrder = 0;

  constructor(services: RouterServices, record: SessionRecord, listener: QueueListener) {
    this.#services = services;
    this.#record = record;
    this.#listener = listener;
  }

  /** Requests that wait for their answer. */
  get unanswered(): ReadonlyMap<RpcId, ClientMessage> {
    return this.#pending;
  }

  /** Messages so far. */
  get count(): number {
    return this.#lastOrder;
  }

  /** The session has had so many messages at another router. */
  continueAfter(count: number): void {
    this.#lastOrder = Math.max(this.#lastOrder, count);
  }

  /** Whether a message waits for its turn, or for a process to go to. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Takes a message, or says why not. While no process is there to go to, its body must find room. */
  add(message: ClientMessage): Refusal | undefined {
    for (const id of message.unanswered) if (this.#pending.has(id)) return refusals.requestIdInUse;
    if (this.#pending.size + message.unanswered.size > maxUnanswered) return refusals.tooManyPosts;
    const goesAtOnce = this.#upstream !== undefined && this.#sending === undefined;
    if (!goesAtOnce && !message.keep()) return refusals.bodiesTooLarge;
    this.#lastOrder += 1;
    message.order = this.#lastOrder;
    for (const id of message.unanswered) this.#pending.set(id, message);
    this.#waiting.push(message);
    if (this.#upstream === undefined) this.#askForProcess();
    else this.#sendNext();
    return undefined;
  }

  /** A process is there that knows the session. */
  start(upstream: Upstream): void {
    this.#upstream = upstream;
    this.#sendNext();
  }

  /** Whether the process has accepted requests that it has not answered. */
  isAnsweredBy(upstream: Upstream): boolean {
    for (const { handedTo } of this.#pending.values()) if (handedTo === upstream) return true;
    return false;
  }

  /** The process takes nothing more, but still answers what it has accepted. What waits goes to the next one. */
  leave(upstream: Upstream): void {
    if (this.#upstream === upstream) this.#upstream = undefined;
    this.#askForProcess();
  }

  /**
   * The process is gone. What may be made again waits for the next one; of what must not, the client is told now.
   * @param isCertain Whether the platform says so: then its connections are not waited for.
   */
  lost(upstream: Upstream, isCertain: boolean): void {
    if (this.#upstream === upstream) this.#upstream = undefined;
    const sending = this.#sending?.upstream === upstream ? this.#sending : undefined;
    if (sending !== undefined) {
      sending.message.acceptPost();
      // Whether it was received decides what may become of it: its own connection ends with the process.
      if (isCertain) this.#giveUp(sending);
      else setTimeout(() => this.#giveUp(sending), lostPostMs).unref();
    }
    for (const message of new Set(this.#pending.values())) {
      if (message.handedTo !== upstream || message === sending?.message) continue;
      if (this.#loseAnswers(message)) this.#waitAgain(message);
    }
    this.#askForProcess();
    this.#sendNext();
  }

  /** An answer passes. Gives the message whose request it answers; `undefined` where nobody waits for it. */
  answered(id: RpcId, isError: boolean): ClientMessage | undefined {
    const message = this.#pending.get(id);
    if (message === undefined) return undefined;
    const call = message.calls?.get(id);
    if (isError && call !== undefined) this.#services.usage.failed(call);
    this.#forget(message, id);
    return message;
  }

  /** The client does not want these answers any more. */
  cancel(ids: readonly RpcId[]): void {
    for (const id of ids) {
      const message = this.#pending.get(id);
      if (message === undefined) continue;
      this.#forget(message, id);
      if (message.unanswered.size === 0) this.#waiting = this.#waiting.filter((each) => each !== message);
    }
  }

  /** Takes the message that waits longest, which goes to another router. Whoever took it answers for it, or puts it back. */
  takeWaiting(): ClientMessage | undefined {
    const message = this.#waiting.shift();
    message?.acceptPost();
    for (const id of message?.unanswered ?? []) this.#pending.delete(id);
    return message;
  }

  putBack(message: ClientMessage): void {
    for (const id of message.unanswered) this.#pending.set(id, message);
    this.#waitAgain(message);
    this.#sendNext();
  }

  /** No process comes for what waits: its requests get the refusal. */
  failWaiting(refusal: Refusal): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const message of waiting) {
      message.acceptPost();
      this.#answerAll(message, (id) => refusal.body(id));
    }
  }

  /** Nothing will be answered any more: all requests get the refusal, but for those that may have been carried out. */
  failAll(refusal: Refusal): void {
    this.failWaiting(refusal);
    for (const message of new Set(this.#pending.values())) {
      this.#answerAll(message, (id) =>
        message.mayRepeat(id) ? refusal.body(id) : outcomeUnknownResponse({ id, isCall: message.isCall(id) }),
      );
    }
  }

  /** Nobody is there any more to be answered. */
  drop(): void {
    this.#sending?.post.abandon();
    this.#sending = undefined;
    this.#upstream = undefined;
    for (const message of this.#waiting) {
      message.post?.refuse(refusals.sessionNotFound);
      message.release();
    }
    for (const message of this.#pending.values()) message.release();
    this.#waiting = [];
    this.#pending.clear();
  }

  #sendNext(): void {
    const upstream = this.#upstream;
    if (upstream === undefined || this.#sending !== undefined) return;
    const message = this.#waiting.shift();
    if (message === undefined) return;
    message.countCalls(this.#services.usage, this.#record);
    message.handedTo = upstream;
    const { pathPrefix, connections } = this.#services;
    const { target } = upstream;
    const post = new InstancePost((outcome) => this.#onOutcome(sending, outcome));
    const sending = { message, post, upstream };
    this.#sending = sending;
    post.send(connections, target, {
      path: `/messages?sessionId=${encodeURIComponent(upstream.sessionId)}`,
      headers: headersForInstance(message.headers, {
        accessToken: target.accessToken,
        prefix: pathPrefix + this.#record.instanceId,
        requestId: message.requestId,
      }),
      body: message.bodyToSend(),
    });
  }

  #onOutcome(sending: Sending, outcome: InstanceAnswer | InstanceFailure): void {
    if (this.#sending !== sending) return;
    this.#sending = undefined;
    const { message, upstream } = sending;
    if (outcome === 'lost' || outcome === 'timed-out') {
      message.acceptPost();
      if (this.#loseAnswers(message)) this.#waitAgain(message);
      this.#listener.onTurnedAway(upstream, outcome);
    } else if (outcome === 'not-reached' || isTurnedAway(outcome.status)) this.#sendAgain(sending, outcome);
    else if (outcome.status >= 300) this.#refused(message, outcome);
    else {
      message.acceptPost();
      message.handedOver();
      // The process is gone that accepted it.
      if (upstream.isOver && this.#loseAnswers(message)) this.#waitAgain(message);
    }
    this.#sendNext();
  }

  /** The process has not looked at the message: it goes to the next one, whatever it asks for. */
  #sendAgain({ message, upstream }: Sending, outcome: 'not-reached' | InstanceAnswer): void {
    message.timesTurnedAway += 1;
    message.acceptPost();
    if (message.timesTurnedAway > maxTurnedAway) this.#answerAll(message, (id) => refusals.instanceUnreachable.body(id));
    else this.#waitAgain(message);
    this.#listener.onTurnedAway(upstream, outcome === 'not-reached' ? outcome : outcome.status);
  }

  /** Puts the message back to where it came, if there is room for its body. */
  #waitAgain(message: ClientMessage): void {
    message.handedTo = undefined;
    if (!message.keep()) {
      this.#answerAll(message, (id) => refusals.instanceUnreachable.body(id));
      return;
    }
    const later = this.#waiting.findIndex(({ order }) => order > message.order);
    if (later === -1) this.#waiting.push(message);
    else this.#waiting.splice(later, 0, message);
    this.#askForProcess();
  }

  /** Where messages wait and no process is there to go to, somebody has to look for one: nothing else may happen for a long time. */
  #askForProcess(): void {
    if (this.#upstream !== undefined || this.#waiting.length === 0) return;
    for (const message of this.#waiting) message.acceptPost();
    this.#listener.onWaiting();
  }

  /** The instance does not take the message, and says why. */
  #refused(message: ClientMessage, answer: InstanceAnswer): void {
    const { post } = message;
    if (post !== undefined) {
      message.post = undefined;
      post.pass(answer);
      for (const id of [...message.unanswered]) this.answered(id, true);
      message.release();
      return;
    }
    const error = errorOf(answer.body);
    this.#answerAll(message, (id) =>
      error === undefined ? refusals.instanceLost.body(id) : `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":${error}}`,
    );
  }

  #giveUp(sending: Sending): void {
    if (this.#sending !== sending) return;
    sending.post.abandon();
    this.#onOutcome(sending, 'lost');
  }

  /** The answers to a message that was handed over will not come. Answers whether some of it is to be sent again. */
  #loseAnswers(message: ClientMessage): boolean {
    for (const id of [...message.unanswered]) {
      if (!message.mayRepeat(id)) this.#answer(id, outcomeUnknownResponse({ id, isCall: message.isCall(id) }));
      else if (!message.isKept) this.#answer(id, refusals.instanceLost.body(id));
    }
    return message.unanswered.size > 0;
  }

  #answerAll(message: ClientMessage, response: (id: RpcId) => string): void {
    for (const id of [...message.unanswered]) this.#answer(id, response(id));
    message.release();
  }

  #answer(id: RpcId, response: string): void {
    this.answered(id, true);
    this.#listener.onOwnAnswer(id, response);
  }

  #forget(message: ClientMessage, id: RpcId): void {
    this.#pending.delete(id);
    message.unanswered.delete(id);
    if (message.unanswered.size === 0 && this.#sending?.message !== message) message.release();
  }
}
