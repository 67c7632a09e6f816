import { createHash } from 'node:crypto';
import type { RouteTarget } from '../ports.ts';

export type SessionTransport = 'http-sse' | 'streamable-http';

/** The parameters of a client's `initialize`, as it sent them. */
export type HandshakeParams = Record<string, unknown>;

/**
 * What the router remembers of a session, so that it can open the same session again at another process: whose it is, and every
 * message by which its client changed the state of the connection itself. Holds nothing of the calls and no credential.
 */
export interface SessionRecord {
  readonly id: string;
  readonly instanceId: string;
  readonly workspaceId: string;
  readonly transport: SessionTransport;
  /** Milliseconds since 1970. A session has an age that it does not get beyond. */
  readonly createdAt: number;
  /** Absent until the client has sent its `initialize` (an HTTP+SSE session begins without). */
  handshake?: HandshakeParams;
  /** Whether the client said `notifications/initialized`. */
  initialized: boolean;
  /** As of the last `logging/setLevel`. */
  logLevel?: string;
  /** Resources that the client subscribed to. */
  subscriptions?: string[];
  /** The process that knows the session, see {@link incarnationOf}; absent where none does yet. */
  incarnation?: string;
}

const incarnations = new WeakMap<RouteTarget, string>();

/**
 * Names one run of one process of an instance: another one, even at the same address, has another name. It is derived from the access
 * token, which is made anew at every launch, and tells nothing of it.
 */
export function incarnationOf(target: RouteTarget): string {
  let name = incarnations.get(target);
  if (name === undefined) {
    name = createHash('sha256').update(target.accessToken).digest('base64url').slice(0, 16);
    incarnations.set(target, name);
  }
  return name;
}
