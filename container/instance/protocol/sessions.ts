import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { HttpSseTransport } from './http-sse-transport.ts';
import type { StreamableHttpTransport } from './streamable-http-transport.ts';

export type SessionTransport = HttpSseTransport | StreamableHttpTransport;

export interface Session<T extends SessionTransport = SessionTransport> {
  server: Server;
  transport: T;
  openedAt: number;
  lastUsedAt: number;
}

export interface SessionLimits {
  /** Milliseconds without a message from the client. An open stream alone does not count: clients forget to close them. */
  idleMs: number;
  /** Milliseconds since the session was opened. */
  absoluteMs: number;
  /** Sessions held at once; one more closes the one that was used least recently. */
  most: number;
}

export const usualSessionLimits: SessionLimits = { idleMs: 30 * 60_000, absoluteMs: 24 * 60 * 60_000, most: 2_000 };
const sweepMs = 30_000;

/** The open sessions of all network transports. A session ends by its client, by its age, or with the process. */
export class Sessions {
  readonly #limits: SessionLimits;
  /** In the order of last use: a used session moves to the end. */
  readonly #sessions = new Map<string, Session>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(limits: SessionLimits = usualSessionLimits) {
    this.#limits = limits;
    this.#sweeper = setInterval(() => this.sweep(), Math.min(sweepMs, limits.idleMs));
    this.#sweeper.unref();
  }

  get size(): number {
    return this.#sessions.size;
  }

  add<T extends SessionTransport>(server: Server, transport: T): Session<T> {
    const now = Date.now();
    const session: Session<T> = { server, transport, openedAt: now, lastUsedAt: now };
    this.#sessions.set(transport.sessionId, session);
    server.onclose = () => this.#sessions.delete(transport.sessionId);
    if (this.#sessions.size > this.#limits.most) this.#closeOldest();
    return session;
  }

  /** The session of this id on this transport, which counts as used now. A session of the other transport is unknown. */
  use<T extends SessionTransport>(id: string, kind: new (...options: never[]) => T): Session<T> | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined || !(session.transport instanceof kind)) return undefined;
    session.lastUsedAt = Date.now();
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    return session as Session<T>;
  }

  /** Closes the sessions whose time is over. */
  sweep(now: number = Date.now()): void {
    for (const session of [...this.#sessions.values()]) {
      const over = now - session.openedAt >= this.#limits.absoluteMs || now - session.lastUsedAt >= this.#limits.idleMs;
      if (over) close(session);
    }
  }

  closeAll(): void {
    clearInterval(this.#sweeper);
    for (const session of [...this.#sessions.values()]) close(session);
  }

  #closeOldest(): void {
    const [oldest] = this.#sessions.values();
    if (oldest !== undefined) close(oldest);
  }
}

function close(session: Session): void {
  // Closing tells the handlers that still run to stop; nothing in it can fail but a handler of ours, and then there is none to tell.
  session.server.close().catch(() => undefined);
}
