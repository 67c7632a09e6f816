import type { IncomingHttpHeaders } from 'node:http';
import type { RpcId } from '../refusal.ts';
import type { RpcRequest } from '../rpc-request.ts';
import type { SessionRecord } from '../sessions/session-record.ts';
import type { CountedCall, UsageCounter } from '../usage-counter.ts';
import type { KeptBodiesShare } from './kept-bodies.ts';
import type { MessagePost } from './message-post.ts';
import type { AwaitedRequest } from './unsettled-waits.ts';
import type { Upstream } from './upstream.ts';

/** What came in one POST: a message or a batch of them, with what is to become of it. */
export class ClientMessage {
  readonly rpc: RpcRequest;
  readonly headers: IncomingHttpHeaders;
  readonly requestId: string;
  /** Place in the order in which the session's messages came. */
  order = 0;
  /** Its client's POST, while it is not answered. */
  post: MessagePost | undefined;
  /** Requests in it that wait for their answer. */
  readonly unanswered: Set<RpcId>;
  /** The process it was handed to, while that owes the answers; `undefined` while it waits to be handed over. */
  handedTo: Upstream | undefined;
  /** How often a process did not look at it. */
  timesTurnedAway = 0;
  /** The counted calls among them; absent until it is handed over for the first time. */
  calls: Map<RpcId, CountedCall> | undefined;
  #body: Buffer | undefined;
  readonly #share: KeptBodiesShare;
  #keptBytes = 0;

  constructor(
    options: { rpc: RpcRequest; headers: IncomingHttpHeaders; requestId: string; post: MessagePost; body: Buffer },
    share: KeptBodiesShare,
  ) {
    this.rpc = options.rpc;
    this.headers = options.headers;
    this.requestId = options.requestId;
    this.post = options.post;
    this.#body = options.body;
    this.unanswered = new Set(options.rpc.requestIds);
    this.#share = share;
  }

  /** Whether it can be sent, be it once more. */
  get isKept(): boolean {
    return this.#body !== undefined;
  }

  /** It is taken, so its POST is answered; what becomes of it is told on the stream. */
  acceptPost(): void {
    this.post?.accept();
    this.post = undefined;
  }

  /** Takes room for its body. Answers whether there was any. */
  keep(): boolean {
    const body = this.#body;
    if (body === undefined || this.#keptBytes > 0) return body !== undefined;
    if (!this.#share.keep(body.length)) return false;
    this.#keptBytes = body.length;
    // What arrived from the socket is a small part of a larger piece of memory, which would be held with it.
    if (body.buffer.byteLength > 2 * body.length) this.#body = Buffer.from(Uint8Array.from(body).buffer);
    return true;
  }

  mayRepeat(id: RpcId): boolean {
    return !this.rpc.unrepeatableIds.includes(id);
  }

  /** What is known of one of its requests for whose answer its client waits. */
  awaited(id: RpcId): AwaitedRequest {
    return { mayRepeat: this.mayRepeat(id), order: this.order };
  }

  isCall(id: RpcId): boolean {
    return this.rpc.calls.some((call) => call.id === id);
  }

  /** Counts the calls in it, now that it is handed over for the first time. */
  countCalls(usage: UsageCounter, { instanceId, workspaceId }: Pick<SessionRecord, 'instanceId' | 'workspaceId'>): void {
    if (this.calls !== undefined) return;
    this.calls = new Map();
    for (const { id, tool } of this.rpc.calls) {
      if (this.unanswered.has(id)) this.calls.set(id, usage.called(instanceId, workspaceId, tool));
    }
  }

  /** It was handed over. Without anything in it that may be made again, its body is of no more use. */
  handedOver(): void {
    for (const id of this.unanswered) if (this.mayRepeat(id) && this.keep()) return;
    this.release();
  }

  /** What is to be sent: of a batch only what still waits for an answer, where some of it does not any more. */
  bodyToSend(): Buffer {
    const body = this.#body ?? Buffer.alloc(0);
    if (this.unanswered.size === this.rpc.requestIds.length) return body;
    const messages = JSON.parse(body.toString('utf8')) as unknown;
    if (!Array.isArray(messages)) return body;
    return Buffer.from(
      JSON.stringify(messages.filter((each: { id?: RpcId }) => each.id !== undefined && this.unanswered.has(each.id))),
    );
  }

  /** Its body is not needed any more. */
  release(): void {
    this.#share.release(this.#keptBytes);
    this.#keptBytes = 0;
    this.#body = undefined;
  }
}
