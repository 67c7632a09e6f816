import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { SessionRecord } from './session-record.ts';

/** A `POST` to `messages` that was let in here, and its body, which was read. */
export interface MessageToForward {
  request: IncomingMessage;
  body: Buffer;
}

/** What the router that holds the stream answers to the `POST` itself; the answer to the message arrives on the stream. */
export interface ForwardedAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/**
 * Finds the stream of an HTTP+SSE session where there are several routers: a client's `POST`s reach any of them, its stream hangs at
 * one, and answers must arrive there.
 */
export interface SessionHolder {
  /** The session's stream hangs at this router from now on. */
  hold(sessionId: string): void;
  /** It does not any more. */
  release(sessionId: string): void;
  /**
   * Hands the message to the router that holds the session's stream. `undefined` where no other router does, or the one that did is
   * gone: the session then goes on here. Never rejects. A message that was forwarded to this router is not forwarded again.
   */
  forward(record: SessionRecord, message: MessageToForward): Promise<ForwardedAnswer | undefined>;
}
