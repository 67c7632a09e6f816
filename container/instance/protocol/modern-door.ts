import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * The side of `/mcp` that serves revision 2026-07-28, which has no sessions. It is asked first, and takes only what its revision marks
 * as its own; all else belongs to the revisions with sessions.
 */
export interface ModernDoor {
  /** Whether the request is one of its revision. @param body The parsed JSON body of a POST; undefined for other methods. */
  claims(request: IncomingMessage, body: unknown): boolean;
  /** Answers a request it has claimed. @param body As for {@link claims}. */
  serve(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void>;
  /** Ends its open streams. */
  close(): Promise<void>;
}
