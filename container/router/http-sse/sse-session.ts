import type { AdmittedRequest } from '../admitted-request.ts';
import { type Refusal, type RpcId, refusals } from '../refusal.ts';
import { retryHint } from '../retry-hint.ts';
import type { RouterServices } from '../router-services.ts';
import type { SessionRecord } from '../sessions/session-record.ts';
import type { SessionChange } from '../sessions/session-recorder.ts';
import type { VerifiedToken } from '../token-verifier.ts';
import { ClientMessage } from './client-message.ts';
import type { ClientStream, StreamOwner } from './client-stream.ts';
import type { ClientTraits } from './client-traits.ts';
import { EventOutlet, type LastReceived } from './event-outlet.ts';
import type { KeptBodiesShare } from './kept-bodies.ts';
import { MessagePost } from './message-post.ts';
import { MessageQueue, type QueueListener, type TurnedAway } from './message-queue.ts';
import { ParkedExchange } from './parked-exchange.ts';
import { readSettledVersion } from './server-messages.ts';
import { ServerQuestions } from './server-questions.ts';
import { type EventsListener, SessionEvents } from './session-events.ts';
import { SessionHandOver } from './session-hand-over.ts';
import { SessionLink } from './session-link.ts';
import { SessionMemory } from './session-memory.ts';
import { type ProcessesListener, SessionProcesses } from './session-processes.ts';
import type { SessionOrigin, SessionSurroundings } from './session-surroundings.ts';
import { type AwaitedRequests, UnsettledWaits } from './unsettled-waits.ts';
import type { Answered, Upstream } from './upstream.ts';

/** How long a session is kept whose client left without waiting for anything. */
const idleReturnMs = 10_000;
/** Share of `timing.retryHintMs` after which a client is to come back whose connection was cut. */
const cutRetryShare = 0.5;

/**
 * A session of HTTP+SSE as its client sees it: one stream that stays, whatever becomes of the process behind it. Either end may be
 * missing for a while: the client's, whose connection was cut (then what comes for it is kept), and the instance's, which sleeps or
 * has died (then what the client says waits).
 */
export class SseSession implements StreamOwner, QueueListener, ProcessesListener, EventsListener {
  readonly record: SessionRecord;
  readonly token: VerifiedToken;
  readonly traits: ClientTraits;
  /** When its client's connection was cut, by `performance.now()`. */
  cutAt = 0;
  /** When its client said something last, by `performance.now()`. */
  saidAt = 0;
  isDoubtful = false;
  readonly unsettled = new UnsettledWaits();
  /** Other ids under which its client may know it. */
  readonly aliases: string[] = [];
  /** What other routers give to it, or get of it. */
  readonly handOver: SessionHandOver;
  readonly #surroundings: SessionSurroundings<SseSession>;
  readonly #services: RouterServices;
  readonly #processes: SessionProcesses;
  readonly #link: SessionLink;
  readonly #events: SessionEvents;
  readonly #memory: SessionMemory;
  readonly #queue: MessageQueue;
  readonly #share: KeptBodiesShare;
  readonly #outlet: EventOutlet;
  readonly #questions = new ServerQuestions();
  readonly #parkedExchange: ParkedExchange;
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
    this.#memory = new SessionMemory(services, record);
    this.#queue = new MessageQueue(services, record, this);
    this.#share = bodies.share(record.workspaceId);
    this.#outlet = new EventOutlet({
      sessionId: record.id,
      workspaceId: record.workspaceId,
      room: logRoom,
      onOverflow: () => this.drop(),
      onLogged: () => surroundings.onLogged(this),
    });
    this.#events = new SessionEvents({ queue: this.#queue, outlet: this.#outlet, questions: this.#questions, listener: this });
    const parts = { session: this, path: this.#path, queue: this.#queue, outlet: this.#outlet, events: this.#events };
    this.handOver = new SessionHandOver(parts);
    this.#link = new SessionLink(services, gate, record, headers, this.#events);
    this.#processes = new SessionProcesses(services, token, this.#link, this);
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
    return this.owesAnswer || this.#outlet.holdsUndelivered || this.handOver.isUnfinished;
  }

  get isAttached(): boolean {
    return this.#outlet.client !== undefined;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Requests for whose answers the client waits. */
  awaitedRequests(): AwaitedRequests {
    const awaited = new Map(this.#outlet.undelivered);
    for (const [id, message] of this.#queue.unanswered) awaited.set(id, message.awaited(id));
    return awaited;
  }

  /**
   * The client has this stream now; one that it had before is ended.
   * @param received What the client has got, as far as that is known.
   */
  attach(stream: ClientStream, received?: LastReceived): void {
    stream.owner = this;
    clearTimeout(this.#parkTimer);
    this.#parkedExchange.setOpen(false);
    this.#surroundings.onAttached(this);
    this.handOver.takeBack();
    const retryMs = this.#services.timing.retryHintMs * cutRetryShare * (1 + Math.random());
    this.#outlet.attach(stream, { path: this.#path, retryMs }, received)?.end();
    this.#processes.resume();
    if (this.#queue.isWaiting) this.onWaiting();
  }

  /** Its client has been there before: it is waited for, although it has said nothing here. */
  markAsReturned(): void {
    this.#hasPosts = true;
  }

  /** Its client has a newer stream elsewhere: what comes for it here is kept until it can be given there. */
  leaveClient(): void {
    const stream = this.#outlet.client;
    this.#outlet.detach();
    stream?.end();
    this.cutAt = performance.now();
    this.park();
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
    this.#hasPosts = true;
    this.saidAt = performance.now();
    this.#queue.cancel(rpc.cancelledIds);
    const passed = rpc.requestIds.length === 0 ? this.#withoutRequests(rpc.sessionChanges, rpc.cancelledIds, body) : body;
    if (passed === undefined) post.accept();
    else if (!this.#processes.isOpen && !rpc.isActivity && rpc.requestIds.length > 0) {
      // A ping asks whether the connection is alive, and it is; nobody is woken for that.
      post.accept();
      for (const id of rpc.requestIds) this.onOwnAnswer(id, `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{}}`);
    } else {
      const message = new ClientMessage({ rpc, headers: request.headers, requestId, post, body: passed }, this.#share);
      const refusal = this.#queue.add(message);
      if (refusal !== undefined) post.refuse(refusal);
    }
    if (!this.isAttached) this.park();
  }

  /** Keeps the session for a while without a stream of its client. */
  park(): void {
    if (this.#hasEnded) return;
    const { returnWaitMs: longestMs } = this.#services.timing;
    clearTimeout(this.#parkTimer);
    this.#parkTimer = setTimeout(() => this.drop(), this.isAwaited ? longestMs : Math.min(longestMs, idleReturnMs));
    this.#parkTimer.unref();
    this.#keepBusy();
    this.#surroundings.onParked(this);
  }

  /** Ends it at this router, without a word; its record stays in the directory. */
  drop(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#parkTimer);
    this.#processes.close();
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
    this.#processes.resume();
  }

  onCut(stream: ClientStream): void {
    if (stream !== this.#outlet.client) return;
    this.#outlet.detach();
    this.#processes.resume();
    this.cutAt = performance.now();
    if (this.#hasPosts || this.isAwaited || this.handOver.remembersSent) this.park();
    else this.drop();
  }

  onStalled(stream: ClientStream): void {
    if (stream === this.#outlet.client) this.drop();
  }

  onClose(refusal: Refusal, withRetryHint: boolean): void {
    // Of what was handed over and must not be made again, the queue says more than that we close.
    this.#queue.failAll(refusal === refusals.closingUnanswered ? refusals.closing : refusal);
    // Of a session that never began there is nothing to remember that its id does not say.
    if (this.record.handshake !== undefined) this.#memory.put();
    this.#outlet.end(withRetryHint ? retryHint(this.#services.timing) : undefined);
    this.drop();
  }

  loseUpstream(): void {
    this.#processes.loseAll();
  }

  onLost(upstream: Upstream): void {
    this.#processes.lost(upstream);
  }

  onTurnedAway(upstream: Upstream, how: TurnedAway): void {
    this.#processes.turnedAway(upstream, how, this.#queue.isAnsweredBy(upstream));
  }

  onWaiting(): void {
    // Its client may be at another router by now: two of them must not open the session in turns, each ending that of the other.
    if (this.#surroundings.isShared && !this.isAttached) return;
    this.#processes.open();
  }

  onOpen(upstream: Upstream): void {
    this.#memory.noteProcess(upstream);
    this.#queue.start(upstream);
  }

  onNotOpened(refusal: Refusal): void {
    this.#queue.failWaiting(refusal);
  }

  onLeft(upstream: Upstream): void {
    this.#events.withdrawQuestions();
    this.#queue.leave(upstream);
  }

  /** The client does not notice, but for what it asked and must not be asked twice. */
  onGone(upstream: Upstream, isCertain: boolean): void {
    if (!upstream.isFinishing) {
      this.#outlet.breakOff();
      this.#events.withdrawQuestions();
    }
    this.#queue.lost(upstream, isCertain);
  }

  onOwnAnswer(id: RpcId, response: string): void {
    if (!this.#hasEnded) this.#events.answer(id, response);
  }

  onAnswerPassed(): void {
    this.#keepBusy();
  }

  onReplayed(answered: Answered): void {
    this.#link.replayed(answered);
  }

  /** The instance accepted what changes the session. */
  onAccepted({ rpc }: ClientMessage, data: readonly Buffer[]): void {
    this.#memory.note(rpc.sessionChanges);
    if (rpc.initialize === undefined) return;
    this.traits.protocolVersion = readSettledVersion(data) ?? this.traits.protocolVersion;
    const { id: tokenId, instanceId, workspaceId } = this.token;
    const { clientName } = rpc.initialize;
    const named = clientName === undefined ? {} : { clientName };
    this.#services.events.clientConnected({ instanceId, workspaceId, tokenId, ...named });
  }

  /** A message that asks for nothing. Answers what of it is to be passed on; `undefined` for nothing. */
  #withoutRequests(changes: readonly SessionChange[], cancelled: readonly RpcId[], body: Buffer): Buffer | undefined {
    const ready = changes.filter(({ kind }) => kind === 'initialized');
    this.#memory.note(ready);
    const isAway = !this.#processes.isOpen && !this.#processes.isOpening;
    const passed = ready.length > 0 || cancelled.length > 0 ? body : this.#questions.passAnswer(body);
    return isAway ? undefined : passed;
  }

  /** Where its client posts. */
  get #path(): string {
    return `${this.#services.pathPrefix}${this.record.instanceId}/messages?sessionId=${this.id}`;
  }

  /** While its client is away, what it still waits for counts as a request that is open. */
  #keepBusy(): void {
    this.#parkedExchange.setOpen(this.owesAnswer && !this.isAttached && !this.#hasEnded);
  }
}
