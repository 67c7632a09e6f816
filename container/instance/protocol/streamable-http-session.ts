import type { ServerResponse } from 'node:http';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport, TransportSendOptions } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage, JSONRPCRequest, MessageExtraInfo, RequestId } from '@modelcontextprotocol/sdk/types.js';
import { ClientPresence, isPingAnswer, type PresenceLimits, usualPresenceLimits } from './client-presence.ts';
import type { Handshake } from './handshake.ts';
import { answeredId, cancelledId, checkRequestIds, isRequest } from './json-rpc.ts';
import { MessageExchange } from './message-exchange.ts';
import type { ReplayRoom } from './replay-buffer.ts';
import { RequestTable } from './request-table.ts';
import { SessionStreams } from './session-streams.ts';
import type { Session } from './sessions.ts';

/** The first revision whose clients understand an event without data, and so can be asked to come back. */
const firstPollingRevision = '2025-11-25';
const usualHibernateAfterMs = 30_000;
/** Names the replayed handshake. Clients number their requests or name them by random; none is called this. */
const handshakeId = 'handshake-of-a-woken-session';

export interface StreamableHttpSessionOptions {
  sessionId: string;
  /** The number before that of its first stream; 0 where it is missing. */
  streamsBefore?: number | undefined;
  handshake: Handshake;
  /** Makes the protocol engine, at first and whenever the session wakes. */
  createServer(): Server;
  /** Whether a request goes on although its client has left: a write that was begun is better finished than half done. */
  outlivesClient(request: JSONRPCRequest): boolean;
  replayRoom: ReplayRoom;
  presenceLimits?: PresenceLimits | undefined;
  /** Milliseconds without a stream or a request after which the session keeps nothing but what it needs to go on. */
  hibernateAfterMs?: number | undefined;
  /** Milliseconds without an answer after which the response to a POST becomes a stream. */
  streamAfterMs?: number | undefined;
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
  readonly #streams: SessionStreams;
  #exchanges: RequestTable<MessageExchange> | undefined;
  #presence: ClientPresence | undefined;
  #waking: Promise<void> | undefined;
  #onHandshakeAnswer: (() => void) | undefined;
  #ended = false;

  constructor(options: StreamableHttpSessionOptions) {
    this.sessionId = options.sessionId;
    this.#options = options;
    const { sessionId, replayRoom, streamsBefore = 0 } = options;
    this.#streams = new SessionStreams({ sessionId, replayRoom, streamsBefore, primes: this.revision >= firstPollingRevision });
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
    this.#streams.openStandalone(response);
  }

  /** Goes on with the stream of that event. @throws RefusedRequest 400 where not all that followed it is kept. */
  async resume(response: ServerResponse, lastEventId: string): Promise<void> {
    if (this.hibernating || this.#waking !== undefined) await this.#wake();
    this.#streams.resume(response, lastEventId);
    if (this.#streams.standalone?.connected === true) this.#watchClient();
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
    if (related === undefined) this.#streams.tell(JSON.stringify(message));
    else this.#exchanges?.get(related)?.tell(message);
  }

  sweep(now: number): void {
    const { keepMs } = this.#options.replayRoom.limits;
    for (const exchange of new Set(this.#exchanges?.values() ?? [])) {
      if (exchange.stream?.isForsaken(now, keepMs) === true) this.#leave(exchange);
    }
    this.#streams.sweep(now);
    this.#checkClient(now);
    if (this.#canHibernate(now)) this.#hibernate();
  }

  end(retry?: number): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const exchange of new Set(this.#exchanges?.values() ?? [])) exchange.end();
    this.#streams.end(retry);
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
      streamAfterMs: this.#options.streamAfterMs,
      openStream: (connection) => this.#streams.openForPost(connection),
      onLeft: (exchange) => this.#leave(exchange),
    });
  }

  /** What a handler may do with the stream of its request, where its client knows how to come back. */
  #withStreamControl(id: RequestId, extra: MessageExtraInfo): MessageExtraInfo {
    if (this.revision < firstPollingRevision) return extra;
    return {
      ...extra,
      closeSSEStream: () => this.#exchanges?.get(id)?.pause(),
      closeStandaloneSSEStream: () => this.#streams.standalone?.disconnect(),
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
    const { standalone } = this.#streams;
    if (standalone?.connected !== true) return;
    const presence = this.#presence?.check(now);
    if (presence === 'gone') standalone.destroyConnection();
    else if (presence !== undefined && presence !== 'present') standalone.sendUnkept(presence.ping);
  }

  #canHibernate(now: number): boolean {
    if (this.hibernating || this.busy || this.#waking !== undefined) return false;
    if (now - this.lastUsedAt < (this.#options.hibernateAfterMs ?? usualHibernateAfterMs)) return false;
    return !this.#streams.connected;
  }

  /** Drops the protocol engine and all that is made when it is needed. What can still be resumed stays. */
  #hibernate(): void {
    const { onclose } = this;
    this.onclose = undefined;
    this.onerror = undefined;
    this.onmessage = undefined;
    this.#exchanges = undefined;
    this.#presence = undefined;
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
