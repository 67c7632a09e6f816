import type { ServerResponse } from 'node:http';
import type { Transport, TransportSendOptions } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage, JSONRPCNotification, MessageExtraInfo, RequestId } from '@modelcontextprotocol/sdk/types.js';
import { EventStream } from './event-stream.ts';
import { answeredId, isRequest, RefusedRequest, rpcErrorCodes } from './json-rpc.ts';
import { MessageExchange } from './message-exchange.ts';

/**
 * Server side of the Streamable HTTP transport, revisions 2025-03-26 to 2025-11-25, for one session: every POST gets its own
 * response, and a GET opens a stream for what belongs to no request.
 */
export class StreamableHttpTransport implements Transport {
  readonly sessionId: string;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: <T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void;
  readonly #exchanges = new Map<RequestId, MessageExchange>();
  #standalone: EventStream | undefined;
  #closed = false;

  constructor(sessionId: string) {
    this.sessionId = sessionId;
  }

  async start(): Promise<void> {
    // Nothing to open: responses come with the requests.
  }

  /** Whether requests are being answered now. */
  get busy(): boolean {
    return this.#exchanges.size > 0;
  }

  /**
   * Takes the messages of one POST and answers it: 202 where there is nothing to answer.
   * @throws RefusedRequest when an id is in use, since two answers with one id could not be told apart.
   */
  receive(response: ServerResponse, messages: readonly JSONRPCMessage[], isBatch: boolean, extra: MessageExtraInfo): void {
    const requestIds = messages.filter(isRequest).map(({ id }) => id);
    if (new Set(requestIds).size < requestIds.length || requestIds.some((id) => this.#exchanges.has(id))) {
      const message = 'Invalid request: a request with this id is still being answered';
      throw new RefusedRequest({ status: 400, code: rpcErrorCodes.invalidRequest, message });
    }
    if (requestIds.length > 0) {
      const headers = { 'mcp-session-id': this.sessionId };
      const onEnd = (unanswered: RequestId[]) => this.#cancel(unanswered);
      const exchange = new MessageExchange({ response, requestIds, isBatch, headers, onEnd });
      for (const id of requestIds) this.#exchanges.set(id, exchange);
    }
    for (const message of messages) {
      this.onmessage?.(message, extra);
      if (isCancellation(message)) this.#abandon(message.params.requestId);
    }
    if (requestIds.length === 0) response.writeHead(202, { 'content-length': 0 }).end();
  }

  /** Opens the standalone stream. A new one takes the place of the old: after a cut, the old is a corpse nobody has noticed yet. */
  openStandalone(response: ServerResponse): void {
    this.#standalone?.end();
    const stream = new EventStream(response, { 'mcp-session-id': this.sessionId });
    this.#standalone = stream;
    response.once('close', () => {
      if (this.#standalone === stream) this.#standalone = undefined;
    });
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const id = answeredId(message);
    if (id !== undefined) {
      const answered = this.#exchanges.get(id);
      this.#exchanges.delete(id);
      answered?.answer(id, message);
      return;
    }
    const exchange = options?.relatedRequestId === undefined ? undefined : this.#exchanges.get(options.relatedRequestId);
    if (exchange === undefined) this.#standalone?.send('message', JSON.stringify(message));
    else exchange.tell(message);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#standalone?.end();
    for (const exchange of new Set(this.#exchanges.values())) exchange.end();
    this.onclose?.();
  }

  /** A cancelled request gets no answer: its response must not wait for one. */
  #abandon(requestId: RequestId): void {
    const exchange = this.#exchanges.get(requestId);
    this.#exchanges.delete(requestId);
    exchange?.abandon(requestId);
  }

  /** Ends what was asked by a client that has left: nobody can receive the answer, and the rate limit is better spent on others. */
  #cancel(requestIds: readonly RequestId[]): void {
    for (const requestId of requestIds) {
      this.#exchanges.delete(requestId);
      const params = { requestId, reason: 'The client closed the connection' };
      if (!this.#closed) this.onmessage?.({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    }
  }
}

function isCancellation(message: JSONRPCMessage): message is JSONRPCNotification & { params: { requestId: RequestId } } {
  if (!('method' in message) || message.method !== 'notifications/cancelled') return false;
  const requestId = message.params?.requestId;
  return typeof requestId === 'string' || typeof requestId === 'number';
}
