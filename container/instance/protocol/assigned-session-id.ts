import { randomInt, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { sessionIdHeader } from '../../../core/data-plane-headers.ts';

/** Characters that stand for themselves in a header and in a URL. */
const possibleId = /^[\w.~-]{1,2048}$/;
/** Streams of a session are numbered from anywhere below this on, see {@link SessionName}. */
const firstStreamsEnd = 900_000_000;

/** Under which names a new session is known. */
export interface SessionName {
  sessionId: string;
  /**
   * The number before that of its first stream. A session that a router opens again has streams with other numbers than before, so that
   * an event id from its past names none of them by mistake.
   */
  streamsBefore: number;
}

/**
 * The name for the session that a request opens: the id that the router assigns, or one of our own.
 * @param isAssigned Whether the requests come from a router. Nobody else may choose an id: it could be that of somebody else's session.
 */
export function nameSession({ headers }: IncomingMessage, isAssigned: boolean): SessionName {
  const assigned = isAssigned ? headers[sessionIdHeader] : undefined;
  if (typeof assigned !== 'string' || !possibleId.test(assigned)) return { sessionId: randomUUID(), streamsBefore: 0 };
  return { sessionId: assigned, streamsBefore: randomInt(firstStreamsEnd) };
}
