import type { ServerResponse } from 'node:http';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport, TransportSendOptions } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage, JSONRPCRequest, MessageExtraInfo, RequestId } from '@modelcontextprotocol/sdk/types.js';
import { ClientPresence, isPingAnswer, type PresenceLimits, usualPresenceLimits } from './client-presence.ts';
import type { Handshake } from './handshake.ts';
import { answeredId, cancelledId, checkRequestIds, isRequest, RefusedRequest, rpcErrorCodes } from './json-rpc.ts';
import { MessageExchange } from './message-exchange.ts';
import { parseEventId, ReplayBuffer, type ReplayRoom } from './replay-buffer.ts';
import { ReplayedStream } from './replayed-stream.ts';
import { RequestTable } from './request-table.ts';
import type { Session } from './sessions.ts';

/** The first revision whose clients understand an event without data, and so can be asked to come back. */
const firstPollingRevision = '2025-11-25';
const usualHibernateAfterMs = 30_000;
/** Names the replayed handshake. Clients number their requests or name them by random; none is called this. */
const handshakeId = 'handshake-of-a-woken-session';

export interface StreamableHttpSessionOptions {
  sessionId: string;
  handshake: Handshake;
  /** Makes the protocol engine, at first and whenever the session wakes. */
  createServer(): Server;
  /** Whether a request goes on although its client has left: a write that was begun is better finished than half done. */
  outlivesClient(request: JSONRPCRequest): boolean;
  replayRoom: ReplayRoom;
  presenceLimits?: PresenceLimits | undefined;
  /** Milliseconds without a stream or a request after which the session keeps nothing but what it needs to go on. */
  hibernateAfterMs?: number | undefined;
}

/**
 * A session of the Streamable HTTP transport, revisions 2025-03-26 to 2025-11-25: every POST gets its own response, and a GET opens a
 * stream for what belongs to no request. Most sessions are used for a second and never closed: one that has nothing open and nothing
 * to do hibernates, which drops its protocol engine, and is woken by its next request without its client noticing.
 */
export class StreamableHttpSession implements Transport, Session {
  readonly sessionId: string;
  readonly openedAt = Date.now();
  lastUsedAt = this.openedAt;
  onended?: () => void;
  onclose: (() => void) | undefined;
  onerror: ((error: Error) => void) | undefined;
  onmessage: (<T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void) | undefined;
  readonly #options: StreamableHttpSessionOptions;
  #exchanges: RequestTable<MessageExchange> | undefined;
  #replayBuffer: ReplayBuffer | undefined;
  #streams: Map<string, ReplayedStream> | undefined;
  #standalone: ReplayedStream | undefined;
  #lastStreamNumber = 0;
  #presence: ClientPresence | undefined;
  #waking: Promise<void> | undefined;
  #onHandshakeAnswer: (() => void) | undefined;
  #ended = false;

  constructor(options: StreamableHttpSessionOptions) {
    this.sessionId = options.sessionId;
    this.#options = options;
  }

  /** The revision that is spoken. */
  get revision(): string {
    return this.#options.handshake.revision;
  }

  get busy(): boolean {
    return this.#exchanges !== undefined && this.#exchanges.size > 0;
  }

  /** Whether the session has given up its protocol engine until the next request. */
  get hibernating(): boolean {
    return this.onmessage === undefined;
  }

  /** Makes the protocol engine of a new session. Its first message must be the client's `initialize`. */
  async open(): Promise<void> {
    await this.#options.createServer().connect(this);
  }

  async start(): Promise<void> {
    // Nothing to open: responses come with the requests.
  }

  /**
   * Takes the messages of one POST and answers it: 202 where there is nothing to answer.
   * @throws RefusedRequest for an id that is in use.
   */
  async receive(
    response: ServerResponse,
    messages: readonly JSONRPCMessage[],
    isBatch: boolean,
    extra: MessageExtraInfo,
  ): Promise<void> {
    if (this.hibernating || this.#waking !== undefined) await this.#wake();
    this.#presence?.heard();
    const hasRequests = messages.some(isRequest);
    if (hasRequests) {
      this.#exchanges ??= new RequestTable();
      checkRequestIds(messages, this.#exchanges);
      const exchange = this.#createExchange(response, messages, isBatch);
      for (const { id } of exchange.unanswered) this.#exchanges.set(id, exchange);
    }
    for (const message of messages) {
      if (isPingAnswer(message)) continue;
      if ('method' in message && message.method === 'notifications/initialized') this.#options.handshake.initialized = true;
      this.onmessage?.(message, isRequest(message) ? this.#withStreamControl(message.id, extra) : extra);
      const cancelled = cancelledId(message);
      if (cancelled !== undefined) this.#abandon(cancelled);
    }
    if (!hasRequests) response.writeHead(202, { 'content-length': 0 }).end();
  }

  /** Opens the standalone stream. A new one takes the place of the old. */
  async openStandalone(response: ServerResponse): Promise<void> {
    if (this.hibernating || this.#waking !== undefined) await this.#wake();
    this.#watchClient();
    this.#standalone ??= this.#createStream('get');
    this.#standalone.connect(response);
  }

  /**
   * Goes on with the stream of that event: sends what was missed, then what is to come.
   * @throws RefusedRequest 400 where some of that is not kept any more. Not for the standalone stream, which then goes on from now: its
   * notifications only say that something is to be read again.
   */
  async resume(response: ServerResponse, lastEventId: string): Promise<void> {
    if (this.hibernating || this.#waking !== undefined) await this.#wake();
    const { stream = '', number = 0 } = parseEventId(lastEventId) ?? {};
    const missed = this.#replayBuffer?.after(stream, number);
    const known = this.#streams?.get(stream);
    if (missed !== undefined && known !== undefined) {
      if (known === this.#standalone) this.#watchClient();
      if (known.finished && missed.length === 0) {
        // Tells a client that has it all not to ask again.
        response.writeHead(204, { 'mcp-session-id': this.sessionId }).end();
        return;
      }
      known.connect(response, missed);
      return;
    }
    if (stream.startsWith('get-')) return this.openStandalone(response);
    const message =
      'Bad request: what followed this Last-Event-ID is not kept any more; send the request again if it may be repeated';
    throw new RefusedRequest({ status: 400, code: rpcErrorCodes.refused, message });
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const id = answeredId(message);
    if (id !== undefined) {
      if (id === handshakeId) this.#onHandshakeAnswer?.();
      const answered = this.#exchanges?.get(id);
      this.#exchanges?.delete(id);
      answered?.answer(id, message);
      return;
    }
    const related = options?.relatedRequestId;
    if (related === undefined) this.#standalone?.send(JSON.stringify(message));
    else this.#exchanges?.get(related)?.tell(message);
  }

  sweep(now: number): void {
    const { keepMs } = this.#options.replayRoom.limits;
    this.#replayBuffer?.sweep(now);
    for (const exchange of new Set(this.#exchanges?.values() ?? [])) {
      if (exchange.stream?.isForsaken(now, keepMs) === true) this.#leave(exchange);
    }
    for (const stream of this.#streams?.values() ?? []) {
      // A request that goes on without its client may still have an answer to keep.
      const over = stream.finished || stream === this.#standalone;
      if (over && stream.isForsaken(now, keepMs)) this.#forget(stream);
    }
    this.#checkClient(now);
    if (this.#canHibernate(now)) this.#hibernate();
  }

  end(retry?: number): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const exchange of new Set(this.#exchanges?.values() ?? [])) exchange.end();
    for (const stream of this.#streams?.values() ?? []) stream.end(retry);
    this.#replayBuffer?.clear();
    this.onclose?.();
    this.onended?.();
  }

  async close(): Promise<void> {
    this.end();
  }

  #createExchange(response: ServerResponse, messages: readonly JSONRPCMessage[], isBatch: boolean): MessageExchange {
    return new MessageExchange({
      response,
      messages,
      isBatch,
      headers: { 'mcp-session-id': this.sessionId },
      openStream: (connection) => {
        const stream = this.#createStream('post');
        stream.connect(connection);
        return stream;
      },
      onLeft: (exchange) => this.#leave(exchange),
    });
  }

  #createStream(method: 'get' | 'post'): ReplayedStream {
    this.#replayBuffer ??= new ReplayBuffer(this.#options.replayRoom);
    this.#lastStreamNumber += 1;
    const stream = new ReplayedStream({
      name: `${method}-${this.#lastStreamNumber}`,
      buffer: this.#replayBuffer,
      headers: { 'mcp-session-id': this.sessionId },
      primes: this.revision >= firstPollingRevision,
    });
    this.#streams = (this.#streams ?? new Map()).set(stream.name, stream);
    return stream;
  }

  #forget(stream: ReplayedStream): void {
    this.#streams?.delete(stream.name);
    this.#replayBuffer?.forget(stream.name);
    if (stream === this.#standalone) this.#standalone = undefined;
    this.#dropUnusedStreams();
  }

  #dropUnusedStreams(): void {
    if (this.#streams?.size !== 0) return;
    this.#streams = undefined;
    this.#replayBuffer = undefined;
  }

  /** What a handler may do with the stream of its request, where its client knows how to come back. */
  #withStreamControl(id: RequestId, extra: MessageExtraInfo): MessageExtraInfo {
    if (this.revision < firstPollingRevision) return extra;
    return {
      ...extra,
      closeSSEStream: () => this.#exchanges?.get(id)?.pause(),
      closeStandaloneSSEStream: () => this.#standalone?.disconnect(),
    };
  }

  /**
   * A cancelled request gets no answer: its response must not wait for one. But first its handler is heard, which may have asked the
   * client something, and takes that back now.
   */
  #abandon(requestId: RequestId): void {
    const exchange = this.#exchanges?.get(requestId);
    if (exchange === undefined) return;
    exchange.abandon(requestId);
    setImmediate(() => {
      if (this.#exchanges?.get(requestId) === exchange) this.#exchanges.delete(requestId);
      exchange.completeAbandoned();
    });
  }

  /** Ends what was asked by a client that has left: nobody can receive the answer, and the rate limit is better spent on others. */
  #leave(exchange: MessageExchange): void {
    for (const request of [...exchange.unanswered]) {
      if (this.#options.outlivesClient(request)) continue;
      const params = { requestId: request.id, reason: 'The client closed the connection' };
      if (!this.#ended) this.onmessage?.({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
      this.#abandon(request.id);
    }
  }

  #watchClient(): void {
    this.#presence ??= new ClientPresence(this.#options.presenceLimits ?? usualPresenceLimits);
    this.#presence.heard();
  }

  /** Ends the standalone stream of a client that is gone. What it missed is still kept for a while. */
  #checkClient(now: number): void {
    if (this.#standalone?.connected !== true) return;
    const presence = this.#presence?.check(now);
    if (presence === 'gone') this.#standalone.destroyConnection();
    else if (presence !== undefined && presence !== 'present') this.#standalone.sendUnkept(presence.ping);
  }

  #canHibernate(now: number): boolean {
    if (this.hibernating || this.busy || this.#waking !== undefined) return false;
    if (now - this.lastUsedAt < (this.#options.hibernateAfterMs ?? usualHibernateAfterMs)) return false;
    for (const stream of this.#streams?.values() ?? []) if (stream.connected) return false;
    return true;
  }

  /** Drops the protocol engine and all that is made when it is needed. What can still be resumed stays. */
  #hibernate(): void {
    const { onclose } = this;
    this.onclose = undefined;
    this.onerror = undefined;
    this.onmessage = undefined;
    this.#exchanges = undefined;
    this.#presence = undefined;
    this.#dropUnusedStreams();
    onclose?.();
  }

  /** Makes a new protocol engine and repeats the handshake before it. Requests that come meanwhile wait for the same waking. */
  #wake(): Promise<void> {
    this.#waking ??= this.#repeatHandshake().finally(() => {
      this.#waking = undefined;
    });
    return this.#waking;
  }

  async #repeatHandshake(): Promise<void> {
    const { handshake } = this.#options;
    const answered = new Promise<void>((resolve) => {
      this.#onHandshakeAnswer = resolve;
    });
    await this.open();
    this.onmessage?.({ jsonrpc: '2.0', id: handshakeId, method: 'initialize', params: { ...handshake.params } });
    await answered;
    this.#onHandshakeAnswer = undefined;
    if (handshake.initialized) this.onmessage?.({ jsonrpc: '2.0', method: 'notifications/initialized' });
  }
}
