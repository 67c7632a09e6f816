import type { IncomingHttpHeaders } from 'node:http';
import type { AdmittedRequest } from '../admitted-request.ts';
import { chooseTarget } from '../choose-target.ts';
import { type AnswerListener, InstanceAttempt, type InstanceFailure } from '../instance-connections.ts';
import { whenReady } from '../maybe-promise.ts';
import type { OpenExchange } from '../open-exchanges.ts';
import type { RouteRecord, RouteTarget } from '../ports.ts';
import { Refusal, type RpcId, refusals } from '../refusal.ts';
import { RequestsInFlight } from '../requests-in-flight.ts';
import { retryHint } from '../retry-hint.ts';
import type { RouterServices } from '../router-services.ts';
import type { RpcRequest } from '../rpc-request.ts';
import type { RestoreOutcome } from '../sessions/restore-session.ts';
import { incarnationOf } from '../sessions/session-record.ts';
import type { VerifiedToken } from '../token-verifier.ts';
import { isEventStream } from './answer-head.ts';
import { isGoingAway } from './going-away.ts';
import { mcpRequest } from './mcp-request.ts';
import { requestsOf } from './message-subset.ts';
import { noteAccepted } from './note-accepted.ts';
import { judgeLost, type LostAnswer, refusalOfRead, type Verdict } from './own-answers.ts';
import { PostResponse } from './post-response.ts';
import { RetryPause } from './retry-pause.ts';
import { isStatelessRequest } from './stateless-request.ts';

const noBody = Buffer.alloc(0);

/**
 * One POST at `/mcp`, from its admission until its client has all answers or has gone. What it asks of the instance is an
 * `InstanceAttempt`, and there is a new one whenever a process was lost before it had answered: at a process that may be another one,
 * in the same session, for those of the requests that may be made twice. Its body is kept until then.
 */
export class PostExchange implements AnswerListener, OpenExchange {
  readonly isStanding = false;
  readonly owesAnswer = true;
  readonly #services: RouterServices;
  readonly #admitted: AdmittedRequest;
  readonly #rpc: RpcRequest;
  /** Requests that wait for their answer. */
  readonly #inFlight: RequestsInFlight;
  readonly #response: PostResponse;
  /** The id that the session will have which this request opens. */
  readonly #assignedId: string | undefined;
  #body: Buffer;
  #target: RouteTarget | undefined;
  #attempt: InstanceAttempt | undefined;
  /** The process is asked to go on with the stream where it broke off. */
  #isResuming = false;
  #sentAt = 0;
  #losses = 0;
  /** The process did not know the session, and was told of it. */
  #wasMissing = false;
  #retryPause: RetryPause | undefined;
  #resumePause: RetryPause | undefined;
  #patience: NodeJS.Timeout | undefined;
  #finished = false;

  constructor(services: RouterServices, admitted: AdmittedRequest, rpc: RpcRequest, body: Buffer) {
    this.#services = services;
    this.#admitted = admitted;
    this.#rpc = rpc;
    this.#body = body;
    this.#inFlight = new RequestsInFlight(services.usage);
    const { instanceId, workspaceId } = admitted.token;
    if (rpc.initialize !== undefined) {
      const seed = { instanceId, workspaceId, transport: 'streamable-http', handshake: rpc.initialize.params } as const;
      this.#assignedId = services.sessionIds.issue(seed);
    }
    this.#response = new PostResponse(services, admitted, rpc, this.#inFlight, this.#assignedId ?? admitted.session?.id);
  }

  get token(): VerifiedToken {
    return this.#admitted.token;
  }

  get sessionId(): string | undefined {
    return this.#admitted.sessionId;
  }

  start(): void {
    const { response } = this.#admitted;
    if (response.destroyed) return;
    response.on('close', this.#finish);
    this.#services.open.add(this);
    this.#expectAnswers();
    this.#resolve(undefined);
  }

  close(refusal: Refusal, withRetryHint: boolean): void {
    const isUnderWay = this.#attempt?.abandon() === true && this.#attempt.wasSent;
    const isUnanswered = refusal === refusals.closingUnanswered;
    if (isUnanswered && (isUnderWay || this.#resumePause !== undefined) && this.#endUnanswered()) return;
    const said = isUnanswered ? refusals.closing : refusal;
    this.#response.refuse(said, withRetryHint ? retryHint(this.#services.timing) : undefined);
  }

  loseInstance(): void {
    if (this.#attempt?.abandon() === true) this.#onLost('lost');
  }

  cancel(ids: readonly RpcId[]): void {
    for (const id of ids) this.#inFlight.drop(id);
  }

  onAnswer(status: number, headers: IncomingHttpHeaders): void {
    if (this.#isResuming) {
      this.#isResuming = false;
      if (status === 200 && isEventStream(headers)) return;
      this.#attempt?.abandon();
      this.#onLost('lost');
      return;
    }
    if (isGoingAway(status, headers)) {
      this.#attempt?.abandon();
      this.#retryElsewhere();
      return;
    }
    if (status === 404 && this.#admitted.session !== undefined && !this.#wasMissing) {
      this.#wasMissing = true;
      this.#attempt?.abandon();
      this.#restore(this.#sentAt);
      return;
    }
    if (this.#patience !== undefined) clearTimeout(this.#patience);
    if (status < 300) noteAccepted(this.#services, this.#admitted, this.#rpc, this.#target, headers);
    this.#response.begin(status, headers);
    if (this.#rpc.unrepeatableIds.length === this.#rpc.requestIds.length) this.#forgetBody();
  }

  onChunk(chunk: Buffer): boolean {
    const mayGoOn = this.#response.write(chunk);
    if (!mayGoOn && !this.#finished) this.#admitted.response.once('drain', this.#onDrain);
    return mayGoOn || this.#finished;
  }

  onEnd(): void {
    const { lastEventId } = this.#response;
    if (!this.#response.complete() && !this.#resume(lastEventId)) this.#onLost('empty');
  }

  onFailure(failure: InstanceFailure): void {
    if (this.#finished) return;
    this.#services.metrics.instanceFailure(failure);
    const address = this.#target?.address ?? '';
    this.#services.events.instanceFailed({ instanceId: this.token.instanceId, address, kind: failure });
    if (this.#isResuming) this.#onLost('lost');
    else if (failure === 'not-reached') this.#retryElsewhere();
    else if (failure === 'timed-out') this.#giveUp(refusals.answerTimedOut);
    else if (!this.#resume(this.#response.lastEventId)) this.#onLost('lost');
  }

  /** Finds out where the instance is. @param failed The process that could not be reached, where there is one. */
  #resolve(failed: RouteTarget | undefined): void {
    const ask = () => {
      const route = this.#services.resolver.resolve(this.token, this.#admitted.response, failed);
      if (route instanceof Promise) this.#bePatient();
      return route;
    };
    whenReady(ask, this.#onRoute, this.#onLookUpFailed);
  }

  readonly #onRoute = (route: RouteRecord | Refusal): void => {
    if (this.#finished) return;
    if (route instanceof Refusal) {
      this.#giveUp(route);
      return;
    }
    const incarnation = this.#admitted.session?.incarnation;
    this.#target = chooseTarget(route, incarnation, this.#services.connections.loadOf);
    if (incarnation !== undefined && incarnation !== incarnationOf(this.#target)) this.#restore(undefined);
    else this.#send(route.replicas !== undefined);
  };

  #send(isCounted: boolean): void {
    const target = this.#target;
    if (target === undefined) return;
    if (this.#admitted.session !== undefined) this.#sentAt = performance.now();
    const attempt = new InstanceAttempt(this);
    this.#attempt = attempt;
    const options = { method: 'POST', body: this.#body, assignedId: this.#assignedId, isStream: false } as const;
    const request = mcpRequest(this.#admitted, target, this.#services.pathPrefix, options);
    if (isCounted) this.#services.connections.sendCounted(target, request, attempt);
    else this.#services.connections.send(target, request, attempt);
  }

  /** Opens the session at the present process. @param missedAt When a request was sent there that found it missing. */
  #restore(missedAt: number | undefined): void {
    const { session } = this.#admitted;
    const target = this.#target;
    if (session === undefined || target === undefined) return;
    this.#bePatient();
    const restored = (outcome: RestoreOutcome) => {
      if (this.#finished) return;
      if (outcome === 'restored') this.#send(true);
      else if (outcome === 'refused') this.#giveUp(refusals.sessionNotFound);
      else this.#retryElsewhere();
    };
    this.#services.restorer.restore(session, target, missedAt).then(restored).catch(this.#onLookUpFailed);
  }

  /** Nothing was done of what was asked, so any of it may be asked again: of whatever process there is next. */
  #retryElsewhere(): void {
    const failed = this.#target;
    if (failed === undefined) return;
    this.#services.resolver.forgetRouteTo(this.token.instanceId, failed);
    this.#retryPause ??= new RetryPause(this.#services.timing.arrivalWaitMs);
    const mayTry = this.#retryPause.before(() => {
      if (!this.#finished) this.#resolve(failed);
    });
    if (mayTry) this.#bePatient();
    else this.#giveUp(refusals.instanceUnreachable);
  }

  /**
   * A process that gave its events ids may go on after one of them, where it is still there: it ended its answer early, or only the
   * connection broke. Answers whether that is tried.
   */
  #resume(lastEventId: string | undefined): boolean {
    const target = this.#target;
    if (lastEventId === undefined || target === undefined || this.#finished || !this.#response.breakOff()) return false;
    this.#resumePause ??= new RetryPause(this.#services.timing.arrivalWaitMs);
    return this.#resumePause.before(() => {
      if (this.#finished) return;
      this.#isResuming = true;
      const attempt = new InstanceAttempt(this);
      this.#attempt = attempt;
      const options = { method: 'GET', body: null, lastEventId, isStream: true } as const;
      this.#services.connections.send(target, mcpRequest(this.#admitted, target, this.#services.pathPrefix, options), attempt);
    });
  }

  /** What was handed over was lost. */
  #onLost(why: LostAnswer): void {
    this.#isResuming = false;
    if (this.#finished || !this.#response.breakOff()) return;
    if (why === 'empty') this.#services.metrics.instanceFailure('empty');
    this.#losses += 1;
    if (this.#rpc.requestIds.length === 0) {
      // Notifications, and answers to questions of the lost process: saying them again does no harm.
      if (this.#losses === 1 && this.#body !== noBody) this.#resolve(undefined);
      else this.#giveUp(refusals.instanceLost);
      return;
    }
    const { answers, repeat } = this.#judgeLost(why);
    const [first] = answers;
    if (repeat.length > 0 && (first === undefined || this.#response.openStream())) {
      this.#response.tell(answers);
      this.#repeat(repeat);
    } else if (repeat.length > 0) {
      // The client takes one JSON text only, so all that is answered is answered now.
      this.#response.answerAll([...answers, ...repeat.map((id) => ({ id, json: refusalOfRead(why).body(id) }))]);
    } else if (first === undefined) {
      // All that was asked was cancelled meanwhile. With nothing to say, an empty stream is the one valid form of a response.
      this.#response.openStream();
      this.#giveUp(refusals.instanceLost);
    } else if (answers.length === 1 && !this.#rpc.unrepeatableIds.includes(first.id)) this.#giveUp(refusalOfRead(why));
    else this.#response.answerAll(answers);
  }

  #judgeLost(why: LostAnswer): Verdict {
    const isStateless = isStatelessRequest(this.#admitted.request.headers);
    return judgeLost(this.#inFlight.ids(), this.#rpc, why, this.#losses, isStateless);
  }

  /** We close while a process has what must not be asked twice. Answers `false` where there is nothing of the kind. */
  #endUnanswered(): boolean {
    const { answers, repeat } = this.#judgeLost('lost');
    const isUnknown = answers.some(({ id }) => this.#rpc.unrepeatableIds.includes(id));
    if (!isUnknown) return false;
    const reads = repeat.map((id) => ({ id, json: refusals.closing.body(id) }));
    if (this.#response.breakOff()) this.#response.answerAll([...answers, ...reads]);
    return true;
  }

  #repeat(ids: readonly RpcId[]): void {
    if (ids.length < this.#rpc.requestIds.length) this.#body = requestsOf(this.#body, new Set(ids));
    this.#resolve(undefined);
  }

  /** What is not made again need not be kept once a process has it. */
  #forgetBody(): void {
    this.#body = noBody;
    this.#admitted.lease?.releaseBody();
  }

  /** From now on, a client that waits for long gets a stream, with comments that show that somebody is there. */
  #bePatient(): void {
    this.#patience ??= setTimeout(() => {
      if (!this.#finished) this.#response.openStream();
    }, this.#services.timing.keepAliveMs / 3);
  }

  /** Counts the calls, now that they are handed over, and notes which answers are to come. */
  #expectAnswers(): void {
    const { requestIds, calls } = this.#rpc;
    const { instanceId, workspaceId } = this.token;
    if (requestIds.length > calls.length) for (const id of requestIds) this.#inFlight.add(id, undefined);
    for (const { id, tool } of calls) this.#inFlight.add(id, this.#services.usage.called(instanceId, workspaceId, tool));
  }

  readonly #onLookUpFailed = (error: unknown): void => {
    this.#services.reportError(error, this.#admitted.requestId);
    if (!this.#finished) this.#giveUp(refusals.directoryUnavailable);
  };

  readonly #onDrain = (): void => this.#attempt?.resume();

  #giveUp(refusal: Refusal): void {
    this.#response.refuse(refusal);
  }

  /** The response is closed: completed, or its client has gone. */
  readonly #finish = (): void => {
    if (this.#finished) return;
    this.#finished = true;
    if (this.#patience !== undefined) clearTimeout(this.#patience);
    this.#retryPause?.stop();
    this.#resumePause?.stop();
    this.#attempt?.abandon();
    this.#response.forget();
    this.#services.open.remove(this);
    const { response } = this.#admitted;
    this.#services.metrics.request('mcp', response.headersSent ? response.statusCode : 'aborted');
  };
}
