import type { AdmittedRequest } from '../admitted-request.ts';
import { whenReady } from '../maybe-promise.ts';
import type { RouteRecord } from '../ports.ts';
import { Refusal, type RpcId, refusals } from '../refusal.ts';
import type { RouterServices } from '../router-services.ts';
import { incarnationOf, type SessionRecord } from '../sessions/session-record.ts';
import { recordChanges, replayedIdPrefix, type SessionChange } from '../sessions/session-recorder.ts';
import type { VerifiedToken } from '../token-verifier.ts';
import { ClientMessage } from './client-message.ts';
import type { ClientStream, StreamOwner } from './client-stream.ts';
import type { ClientTraits } from './client-traits.ts';
import { EventOutlet } from './event-outlet.ts';
import type { KeptBodiesShare } from './kept-bodies.ts';
import { MessagePost } from './message-post.ts';
import { MessageQueue, type QueueListener } from './message-queue.ts';
import { ParkedExchange } from './parked-exchange.ts';
import { readSettledVersion } from './server-messages.ts';
import { ServerQuestions } from './server-questions.ts';
import { SessionLink } from './session-link.ts';
import type { SessionOrigin, SessionSurroundings } from './session-surroundings.ts';
import type { Answered, Upstream, UpstreamListener, UpstreamOpening } from './upstream.ts';

/** How long a session is kept whose client left without waiting for anything. */
const idleReturnMs = 10_000;
/** Share of `timing.retryHintMs` after which a client is to come back whose connection was cut. */
const cutRetryShare = 0.5;

/**
 * A session of HTTP+SSE as its client sees it: one stream that stays, whatever becomes of the process behind it. Either end may be
 * missing for a while: the client's, whose connection was cut (then what comes for it is kept), and the instance's, which sleeps or
 * has died (then what the client says waits).
 */
export class SseSession implements StreamOwner, UpstreamListener, QueueListener {
  readonly record: SessionRecord;
  readonly token: VerifiedToken;
  readonly traits: ClientTraits;
  /** When its client's connection was cut, by `performance.now()`. */
  cutAt = 0;
  /** Other ids under which its client may know it. */
  readonly aliases: string[] = [];
  /** Told of the first message. */
  onFirstPost: (() => void) | undefined;
  readonly #surroundings: SessionSurroundings<SseSession>;
  readonly #services: RouterServices;
  readonly #link: SessionLink;
  readonly #queue: MessageQueue;
  readonly #share: KeptBodiesShare;
  readonly #outlet: EventOutlet;
  readonly #questions = new ServerQuestions();
  readonly #parkedExchange: ParkedExchange;
  #upstream: Upstream | undefined;
  #isLinking = false;
  #hasPosts = false;
  #parkTimer: NodeJS.Timeout | undefined;
  #hasEnded = false;

  constructor(surroundings: SessionSurroundings<SseSession>, { record, token, traits, headers }: SessionOrigin) {
    const { services, gate, bodies, logRoom } = surroundings;
    this.record = record;
    this.token = token;
    this.traits = traits;
    this.#surroundings = surroundings;
    this.#services = services;
    this.#link = new SessionLink(services, gate, record, headers, this);
    this.#queue = new MessageQueue(services, record, this);
    this.#share = bodies.share();
    this.#outlet = new EventOutlet({
      sessionId: record.id,
      room: logRoom,
      onOverflow: () => this.drop(),
      onLogged: () => surroundings.onLogged(this),
    });
    this.#parkedExchange = new ParkedExchange(services.open, token, this);
  }

  get id(): string {
    return this.record.id;
  }

  get owesAnswer(): boolean {
    return this.#queue.unanswered.size > 0;
  }

  /** Whether its client waits for something, or something for its client. */
  get isAwaited(): boolean {
    return this.owesAnswer || this.#outlet.holdsUndelivered;
  }

  get isAttached(): boolean {
    return this.#outlet.client !== undefined;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get mayReceive(): boolean {
    return !this.#outlet.isHeld;
  }

  /** Requests for whose answers the client waits, and whether they may be made again. */
  awaitedRequests(): Map<RpcId, boolean> {
    const awaited = new Map(this.#outlet.undelivered);
    for (const [id, message] of this.#queue.unanswered) awaited.set(id, message.mayRepeat(id));
    return awaited;
  }

  /** Opens the stream at an instance that is there. */
  async openNow(route: RouteRecord): Promise<UpstreamOpening> {
    this.#isLinking = true;
    const { upstream, opening } = await this.#link.attempt(route);
    this.#isLinking = false;
    if (opening.kind === 'open') this.#linked(upstream);
    return opening;
  }

  /**
   * The client has this stream now; one that it had before is ended.
   * @param after Number of the last event the client has got, where it says so.
   */
  attach(stream: ClientStream, after?: number): void {
    stream.owner = this;
    clearTimeout(this.#parkTimer);
    this.#parkedExchange.setOpen(false);
    this.#surroundings.onAttached(this);
    const path = `${this.#services.pathPrefix}${this.record.instanceId}/messages?sessionId=${this.id}`;
    const retryMs = this.#services.timing.retryHintMs * cutRetryShare * (1 + Math.random());
    this.#outlet.attach(stream, { path, retryMs }, after)?.end();
    if (this.#upstream !== undefined) this.#upstream.resume();
    else if (this.#queue.isWaiting) this.onWaiting();
  }

  /** Its client has been there before: it is waited for, although it has said nothing here. */
  markAsReturned(): void {
    this.#hasPosts = true;
  }

  addAlias(id: string): void {
    this.aliases.push(id);
  }

  /** Ends it, but not the stream of its client, which is to go on as that of another session. */
  giveAway(): void {
    this.#outlet.detach();
    this.drop();
  }

  /** Takes a message of the client; its POST is answered in any case. */
  post(admitted: AdmittedRequest, body: Buffer): void {
    const post = new MessagePost(this.#services, admitted);
    const { rpc, requestId, request } = admitted;
    if (rpc === undefined) return;
    if (!this.#hasPosts) {
      this.#hasPosts = true;
      this.onFirstPost?.();
    }
    this.#queue.cancel(rpc.cancelledIds);
    const passed = rpc.requestIds.length === 0 ? this.#withoutRequests(rpc.sessionChanges, rpc.cancelledIds, body) : body;
    const isAway = this.#upstream === undefined;
    if (passed === undefined) post.accept();
    else if (isAway && !rpc.isActivity && rpc.requestIds.length > 0) {
      // A ping asks whether the connection is alive, and it is; nobody is woken for that.
      post.accept();
      for (const id of rpc.requestIds)
        this.#outlet.send('answer', [Buffer.from(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{}}`)]);
    } else {
      const message = new ClientMessage({ rpc, headers: request.headers, requestId, post, body: passed }, this.#share);
      const refusal = this.#queue.add(message);
      if (refusal !== undefined) post.refuse(refusal);
      else if (isAway) message.acceptPost();
    }
    if (!this.isAttached) this.park();
  }

  /** Keeps the session for a while without a stream of its client. */
  park(): void {
    if (this.#hasEnded) return;
    const { returnWaitMs } = this.#services.timing;
    clearTimeout(this.#parkTimer);
    this.#parkTimer = setTimeout(() => this.drop(), this.isAwaited ? returnWaitMs : Math.min(returnWaitMs, idleReturnMs));
    this.#parkTimer.unref();
    this.#keepBusy();
    this.#surroundings.onParked(this);
  }

  /** Ends it at this router, without a word; its record stays in the directory. */
  drop(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#parkTimer);
    this.#link.close();
    this.#upstream?.abandon();
    this.#upstream = undefined;
    this.#queue.drop();
    this.#parkedExchange.setOpen(false);
    this.#outlet.end();
    this.#surroundings.onEnded(this);
  }

  /** Forgets events that were sent long ago. Answers whether some are left. */
  sweep(now: number): boolean {
    return this.#outlet.sweep(now);
  }

  onDrain(): void {
    this.#outlet.release();
    this.#upstream?.resume();
  }

  onCut(stream: ClientStream): void {
    if (stream !== this.#outlet.client) return;
    this.#outlet.detach();
    this.#upstream?.resume();
    this.cutAt = performance.now();
    if (this.#hasPosts) this.park();
    else this.drop();
  }

  onStalled(stream: ClientStream): void {
    if (stream === this.#outlet.client) this.drop();
  }

  onClose(refusal: Refusal, withRetryHint: boolean): void {
    // Of what was handed over and must not be made again, the queue says more than that we close.
    this.#queue.fail(refusal === refusals.closingUnanswered ? refusals.closing : refusal);
    this.#remember();
    this.#outlet.end(withRetryHint ? this.#services.timing.retryHintMs * (1 + Math.random()) : undefined);
    this.drop();
  }

  /** The platform says that the process is gone. */
  loseUpstream(): void {
    const upstream = this.#upstream;
    if (upstream === undefined) return;
    upstream.abandon();
    this.#detach(true);
  }

  onLost(upstream: Upstream): void {
    if (upstream === this.#upstream) this.#detach(false);
    else this.#link.lost(upstream);
  }

  onTurnedAway(upstream: Upstream): void {
    if (upstream !== this.#upstream) return;
    upstream.abandon();
    this.#detach(false);
  }

  onWaiting(): void {
    if (this.#isLinking || this.#hasEnded) return;
    // Its client may be at another router by now: two of them must not open the session in turns, each ending that of the other.
    if (this.#surroundings.isShared && !this.isAttached) return;
    this.#isLinking = true;
    whenReady(() => this.#link.open(this.token), this.#onLinked, this.#onLinkFailed);
  }

  onOwnAnswer(id: RpcId, response: string): void {
    if (this.#hasEnded) return;
    this.#outlet.answers(id, false);
    this.#outlet.send('answer', [Buffer.from(response)]);
    this.#keepBusy();
  }

  onEvent(data: readonly Buffer[], size: number, answers: readonly Answered[]): void {
    if (answers.length === 0) {
      this.#onTold(data, size);
      return;
    }
    let isAwaited = false;
    for (const answer of answers) {
      const message = this.#answered(answer);
      if (message === undefined) continue;
      isAwaited = true;
      if (!answer.isError && message.rpc.sessionChanges.length > 0) this.#onChanged(message, data);
    }
    // Nobody waits for what is left: it was cancelled, or asked by us.
    if (!isAwaited) return;
    this.#outlet.send('answer', data);
    this.#keepBusy();
  }

  onLongEventPart(part: Buffer): void {
    this.#outlet.sendPart(part);
  }

  onLongEventEnd(answers: readonly Answered[]): void {
    const isDelivered = this.#outlet.endParts();
    for (const answer of answers) {
      const message = this.#answered(answer);
      // It was too large to be kept for the client's return.
      if (message !== undefined && !isDelivered) this.onOwnAnswer(answer.id, refusals.answerTooLarge.body(answer.id));
    }
    this.#keepBusy();
  }

  /** A question or a notification of the instance. */
  #onTold(data: readonly Buffer[], size: number): void {
    const told = this.#questions.pass(data, size);
    // The client is away, and comes back or not: asking it whether it is there does not help.
    if (told.kind === 'ping' && !this.isAttached) return;
    this.#outlet.send(told.kind === 'question' ? 'question' : 'notification', told.data);
  }

  /** A message that asks for nothing. Answers what of it is to be passed on; `undefined` for nothing. */
  #withoutRequests(changes: readonly SessionChange[], cancelled: readonly RpcId[], body: Buffer): Buffer | undefined {
    const ready = changes.filter(({ kind }) => kind === 'initialized');
    if (recordChanges(this.record, ready)) this.#remember();
    const isAway = this.#upstream === undefined && !this.#isLinking;
    if (ready.length > 0 || cancelled.length > 0) return isAway ? undefined : body;
    const passed = this.#questions.passAnswer(body);
    return isAway ? undefined : passed;
  }

  #answered({ id, isError }: Answered): ClientMessage | undefined {
    const message = this.#queue.answered(id, isError);
    if (message === undefined) {
      if (typeof id === 'string' && id.startsWith(replayedIdPrefix)) this.#link.replayed({ id, isError });
      return undefined;
    }
    this.#outlet.answers(id, message.mayRepeat(id));
    return message;
  }

  /** The instance accepted what changes the session. */
  #onChanged({ rpc }: ClientMessage, data: readonly Buffer[]): void {
    if (recordChanges(this.record, rpc.sessionChanges)) this.#remember();
    if (rpc.initialize === undefined) return;
    this.traits.protocolVersion = readSettledVersion(data) ?? this.traits.protocolVersion;
    const { id: tokenId, instanceId, workspaceId } = this.token;
    const { clientName } = rpc.initialize;
    this.#services.events.clientConnected({
      instanceId,
      workspaceId,
      tokenId,
      ...(clientName === undefined ? {} : { clientName }),
    });
  }

  readonly #onLinked = (outcome: Upstream | Refusal): void => {
    this.#isLinking = false;
    if (outcome instanceof Refusal) this.#queue.fail(outcome);
    else this.#linked(outcome);
  };

  readonly #onLinkFailed = (error: unknown): void => {
    this.#isLinking = false;
    this.#services.reportError(error, '');
    this.#queue.fail(refusals.directoryUnavailable);
  };

  #linked(upstream: Upstream): void {
    if (this.#hasEnded) {
      upstream.abandon();
      return;
    }
    if (upstream.isOver) {
      if (this.#queue.isWaiting) this.onWaiting();
      return;
    }
    this.#upstream = upstream;
    const incarnation = incarnationOf(upstream.target);
    const isNew = this.record.incarnation !== incarnation;
    this.record.incarnation = incarnation;
    if (isNew && this.record.handshake !== undefined) this.#remember();
    upstream.resume();
    this.#queue.start(upstream);
  }

  /** The process is gone; the client does not notice, but for what it asked and must not be asked twice. */
  #detach(isCertain: boolean): void {
    this.#upstream = undefined;
    this.#outlet.breakOff();
    this.#services.resolver.forget(this.record.instanceId);
    for (const requestId of this.#questions.lost()) {
      const cancelled = {
        jsonrpc: '2.0',
        method: 'notifications/cancelled',
        params: { requestId, reason: 'The instance ended.' },
      };
      this.#outlet.send('notification', [Buffer.from(JSON.stringify(cancelled))]);
    }
    this.#queue.stop(isCertain);
  }

  /** While its client is away, what it still waits for counts as a request that is open. */
  #keepBusy(): void {
    this.#parkedExchange.setOpen(this.owesAnswer && !this.isAttached && !this.#hasEnded);
  }

  #remember(): void {
    const failed = (error: unknown) => this.#services.reportError(error, '');
    whenReady(() => this.#services.sessions.put(this.record), ignore, failed);
  }
}

function ignore(): void {}
