import { randomInt } from 'node:crypto';
import { Server, type ServerOptions } from '@modelcontextprotocol/sdk/server/index.js';
import type { AnySchema, SchemaOutput } from '@modelcontextprotocol/sdk/server/zod-compat.js';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  ErrorCode,
  type Implementation,
  type JSONRPCErrorResponse,
  type JSONRPCRequest,
  type JSONRPCResultResponse,
  McpError,
  type MessageExtraInfo,
  type RequestId,
  type RequestMeta,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import { isRequest } from './json-rpc.ts';

/** What the protocol lets a handler know of its request, and say to its client while it answers it. */
export interface RequestExtra {
  readonly _meta: RequestMeta | undefined;
  /** Does nothing once the request is cancelled. */
  sendNotification(notification: ServerNotification): Promise<void>;
  /** @throws McpError where the request is cancelled, and whatever the client answers instead of a result. */
  sendRequest<Schema extends AnySchema>(
    request: ServerRequest,
    resultSchema: Schema,
    options?: RequestOptions,
  ): Promise<SchemaOutput<Schema>>;
}

/** Answers a request, now or later, unless it is cancelled. @returns false for a request that is the SDK's to answer. */
export type Answerer = (
  request: JSONRPCRequest,
  origin: MessageExtraInfo | undefined,
  extraOf: (signal: AbortSignal) => RequestExtra,
  send: (response: JSONRPCResultResponse | JSONRPCErrorResponse) => void,
) => boolean;

const idsOfOneEngine = 1_000_000;

/** Begins anywhere: a session can go on in another process, and a late answer to a question of this one must not fit one of that. */
let enginesMade = randomInt(2 ** 31);

/**
 * The SDK's engine, without its way of taking requests but for those that it answers by itself (initialize, ping): our doors have
 * checked their form already, and cancelling is kept by the table of running requests; to do both twice takes a tenth of a call's time.
 */
export class ProtocolEngine extends Server {
  readonly #answer: Answerer;

  constructor(serverInfo: Implementation, options: ServerOptions, answer: Answerer) {
    super(serverInfo, options);
    this.#answer = answer;
    // A session that slept has another engine now. Under ids used before, the late answer to a question of the first one, which was
    // taken back, would pass for the answer to another question.
    // biome-ignore lint/complexity/useLiteralKeys: as below
    this['_requestMessageId'] = enginesMade * idsOfOneEngine;
    enginesMade += 1;
  }

  override async connect(transport: Transport): Promise<void> {
    const started = super.connect(transport);
    const { onmessage } = transport;
    transport.onmessage = (message, origin) => {
      if (!isRequest(message)) return onmessage?.(message, origin);
      const { id, params } = message;
      const extraOf = (signal: AbortSignal) => new ExtraOfRequest(this, id, params?._meta, signal);
      const taken = this.#answer(message, origin, extraOf, (response) => {
        // A client whose session has ended is not there any more.
        if (this.transport === transport) transport.send(response).catch((error: Error) => this.onerror?.(error));
      });
      // biome-ignore lint/complexity/useLiteralKeys: the SDK's types call this method private; named like this, its loss fails to compile.
      if (!taken) this['_onrequest'](message as JSONRPCRequest, origin);
    };
    await started;
  }
}

/** Sends what belongs to a request by its own way back, as long as the request is not cancelled. */
class ExtraOfRequest implements RequestExtra {
  readonly _meta: RequestMeta | undefined;
  readonly #server: Server;
  readonly #relatedRequestId: RequestId;
  readonly #signal: AbortSignal;

  constructor(server: Server, id: RequestId, _meta: RequestMeta | undefined, signal: AbortSignal) {
    this._meta = _meta;
    this.#server = server;
    this.#relatedRequestId = id;
    this.#signal = signal;
  }

  async sendNotification(notification: ServerNotification): Promise<void> {
    if (!this.#signal.aborted) await this.#server.notification(notification, { relatedRequestId: this.#relatedRequestId });
  }

  async sendRequest<Schema extends AnySchema>(
    request: ServerRequest,
    resultSchema: Schema,
    options?: RequestOptions,
  ): Promise<SchemaOutput<Schema>> {
    if (this.#signal.aborted) throw new McpError(ErrorCode.ConnectionClosed, 'Request was cancelled');
    return this.#server.request(request, resultSchema, { ...options, relatedRequestId: this.#relatedRequestId });
  }
}
