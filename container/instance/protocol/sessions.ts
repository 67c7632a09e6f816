import { retryHint } from './event-stream.ts';
import { RefusedRequest, rpcErrorCodes } from './json-rpc.ts';

/** What the table of sessions needs to know of one, whatever its transport. */
export interface Session {
  readonly sessionId: string;
  readonly openedAt: number;
  /** When the client last asked for something; set by {@link Sessions.use}. */
  lastUsedAt: number;
  /** Whether a request of the client is being answered. */
  readonly busy: boolean;
  /** Called when the session has ended, by whomever. */
  onended?: () => void;
  /** Looks after what time does to a session: silent clients, streams nobody came back to. */
  sweep(now: number): void;
  /** Ends the session. @param retry Milliseconds after which its client may open another one. */
  end(retry?: number): void;
}

export interface SessionLimits {
  /** Milliseconds without a message from the client. An open stream alone does not count: clients forget to close them. */
  idleMs: number;
  /** Milliseconds since the session was opened. */
  absoluteMs: number;
  /** Sessions held at once; one more ends the one that was used least recently. */
  most: number;
}

export const usualSessionLimits: SessionLimits = { idleMs: 30 * 60_000, absoluteMs: 24 * 60 * 60_000, most: 2_000 };
const sweepMs = 5_000;
/** A client whose session had to make room comes back late: at once, it would only push out the next one. */
const retryAfterEvictionMs = 60_000;

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

  /**
   * Makes room for one more session, before it is opened.
   * @throws RefusedRequest 503 where every session is in the middle of an answer.
   */
  makeRoom(): void {
    if (this.#sessions.size < this.#limits.most) return;
    for (const session of this.#sessions.values()) {
      if (session.busy) continue;
      session.end(retryHint(retryAfterEvictionMs));
      return;
    }
    throw new RefusedRequest({
      status: 503,
      code: rpcErrorCodes.refused,
      message: 'Too many sessions are in use at once; try again',
      headers: { 'retry-after': '5' },
    });
  }

  /** Takes up a new session; see {@link makeRoom}. */
  add(session: Session): void {
    this.#sessions.set(session.sessionId, session);
    session.onended = () => this.#sessions.delete(session.sessionId);
  }

  /** The session of this id on this transport. A session of the other transport is unknown. */
  find<T extends Session>(id: string, kind: new (...options: never[]) => T): T | undefined {
    const session = this.#sessions.get(id);
    return session instanceof kind ? session : undefined;
  }

  /** Counts a session as used now. */
  use(session: Session): void {
    session.lastUsedAt = Date.now();
    if (!this.#sessions.delete(session.sessionId)) return;
    this.#sessions.set(session.sessionId, session);
  }

  /** Ends the sessions whose time is over, and lets each of the others look after itself. */
  sweep(now: number = Date.now()): void {
    for (const session of [...this.#sessions.values()]) {
      const idle = !session.busy && now - session.lastUsedAt >= this.#limits.idleMs;
      if (idle || now - session.openedAt >= this.#limits.absoluteMs) session.end();
      else session.sweep(now);
    }
  }

  /** Ends all of them with the process. Their clients come back to the next one, not all at the same moment. */
  endAll(): void {
    clearInterval(this.#sweeper);
    for (const session of [...this.#sessions.values()]) session.end(retryHint());
  }
}
