import type { IncomingHttpHeaders } from 'node:http';
import { type Dispatcher, errors } from 'undici';
import { ConnectionPools } from './connection-pools.ts';
import { boundedConnector } from './fairness/bounded-connector.ts';
import { defaultLimits, type RouterTiming } from './options.ts';
import type { RouteTarget } from './ports.ts';

/** How a request to an instance failed, as far as it matters to the client. */
export type InstanceFailure =
  /** No connection came about: the instance cannot have seen the request. */
  | 'not-reached'
  /** The instance did not begin its answer in time. */
  | 'timed-out'
  /** The connection ended before the answer did. */
  | 'lost';

/** What is told about an attempt, in this order: `onAnswer`, any number of `onChunk`, then `onEnd`; or `onFailure` at any point. */
export interface AnswerListener {
  onAnswer(status: number, headers: IncomingHttpHeaders): void;
  /** Answers whether more may come at once; otherwise nothing comes until `resume`. */
  onChunk(chunk: Buffer): boolean;
  onEnd(): void;
  onFailure(failure: InstanceFailure): void;
}

export interface InstanceRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** Path and query at the instance. */
  path: string;
  headers: string[];
  body: Buffer | null;
  /** Standing streams have connections of their own, so that thousands of them do not slow the search for a free one. */
  isStream: boolean;
}

/** The router's connections to instances, kept alive between requests. */
export class InstanceConnections {
  readonly #forCalls: ConnectionPools;
  readonly #forStreams: ConnectionPools;
  /** Requests that processes are answering now, by access token. Counted where an instance has more than one process. */
  readonly #loads = new Map<string, number>();

  constructor(timing: RouterTiming, maxConnectsAtOnce = defaultLimits.maxConnectsAtOnce) {
    const options = {
      connections: null,
      pipelining: 1,
      allowH2: false,
      connect: boundedConnector({ connectTimeoutMs: timing.connectTimeoutMs, maxAtOnce: maxConnectsAtOnce }),
      headersTimeout: timing.answerTimeoutMs,
      bodyTimeout: 0,
    };
    this.#forCalls = new ConnectionPools(options);
    this.#forStreams = new ConnectionPools(options);
  }

  /** Sends the request. Everything that comes of it, failures included, goes to the attempt's listener. */
  send(target: RouteTarget, request: InstanceRequest, attempt: InstanceAttempt): void {
    const pools = request.isStream ? this.#forStreams : this.#forCalls;
    const { path, method, headers, body } = request;
    pools.to(target.address).dispatch({ path, method, headers, body }, attempt);
  }

  /** Sends the request, and counts it as load of the process until it has come to its end. */
  sendCounted(target: RouteTarget, request: InstanceRequest, attempt: InstanceAttempt): void {
    const { accessToken } = target;
    this.#loads.set(accessToken, (this.#loads.get(accessToken) ?? 0) + 1);
    attempt.onSettled = () => {
      const load = (this.#loads.get(accessToken) ?? 0) - 1;
      if (load > 0) this.#loads.set(accessToken, load);
      else this.#loads.delete(accessToken);
    };
    this.send(target, request, attempt);
  }

  /** How many of the requests that were sent counted the process is still answering. */
  readonly loadOf = (target: RouteTarget): number => this.#loads.get(target.accessToken) ?? 0;

  /** Cuts all connections. */
  async destroy(): Promise<void> {
    await Promise.all([this.#forCalls.destroy(), this.#forStreams.destroy()]);
  }
}

const abandoned = new errors.RequestAbortedError('the router needs this answer no more');

/** One request on its way to an instance. After `abandon` nothing more is told of it. */
export class InstanceAttempt implements Dispatcher.DispatchHandler {
  #listener: AnswerListener | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #wasSent = false;
  /** Called once, when nothing more will come of the attempt. */
  onSettled: (() => void) | undefined;

  constructor(listener: AnswerListener) {
    this.#listener = listener;
  }

  /** Whether it left for the process, which may have read it. */
  get wasSent(): boolean {
    return this.#wasSent;
  }

  /** Lets the answer go on after `onChunk` held it. */
  resume(): void {
    this.#controller?.resume();
  }

  /** Cuts the request off; the instance sees its connection close. Answers whether it was under way. */
  abandon(): boolean {
    if (this.#listener === undefined) return false;
    this.#settle();
    this.#controller?.abort(abandoned);
    return true;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#wasSent = true;
    if (this.#listener === undefined) controller.abort(abandoned);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // They hold the piece of memory that the head arrived in for as long as the answer lasts, which can be days. They were read.
    controller.rawHeaders = null;
    if (status >= 200) this.#listener?.onAnswer(status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#listener?.onChunk(chunk) === false) controller.pause();
  }

  onResponseEnd(): void {
    this.#settle()?.onEnd();
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#settle()?.onFailure(this.#failureOf(error));
  }

  #settle(): AnswerListener | undefined {
    const listener = this.#listener;
    if (listener === undefined) return undefined;
    this.#listener = undefined;
    this.onSettled?.();
    return listener;
  }

  #failureOf(error: Error): InstanceFailure {
    if (!this.#wasSent) return 'not-reached';
    return error instanceof errors.HeadersTimeoutError ? 'timed-out' : 'lost';
  }
}
