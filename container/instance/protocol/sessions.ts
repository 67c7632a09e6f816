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
  /** Whether nothing but a record is left of it, until its client comes back. */
  readonly hibernating?: boolean;
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
/** Short beside the times that it looks after, so that what falls due at different times is not done at the same time. */
const sweepMs = 1_000;
/** A client whose session had to make room comes back late: at once, it would only push out the next one. */
const retryAfterEvictionMs = 60_000;

interface Entry {
  session: Session;
  /** Counts up with every use of any session, so that no two uses are at the same time. */
  lastUse: number;
}

/** The open sessions of all network transports. A session ends by its client, by its age, or with the process. */
export class Sessions {
  readonly #limits: SessionLimits;
  readonly #sessions = new Map<string, Entry>();
  #uses = 0;
  readonly #sweeper: NodeJS.Timeout;

  constructor(limits: SessionLimits = usualSessionLimits) {
    this.#limits = limits;
    this.#sweeper = setInterval(() => this.sweep(), Math.min(sweepMs, limits.idleMs));
    this.#sweeper.unref();
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Whether a request of any client is being answered. */
  get busy(): boolean {
    for (const { session } of this.#sessions.values()) if (session.busy) return true;
    return false;
  }

  /** Sessions of which only a record is left, for clients that may come back. */
  get hibernating(): number {
    let count = 0;
    for (const { session } of this.#sessions.values()) if (session.hibernating === true) count += 1;
    return count;
  }

  /**
   * Makes room for one more session, before it is opened.
   * @throws RefusedRequest 503 where every session is in the middle of an answer.
   */
  makeRoom(): void {
    if (this.#sessions.size < this.#limits.most) return;
    let oldest: Entry | undefined;
    for (const entry of this.#sessions.values()) {
      if (!entry.session.busy && (oldest === undefined || entry.lastUse < oldest.lastUse)) oldest = entry;
    }
    oldest?.session.end(retryHint(retryAfterEvictionMs));
    if (oldest !== undefined) return;
    throw new RefusedRequest({
      status: 503,
      code: rpcErrorCodes.refused,
      message: 'Too many sessions are in use at once; try again',
      headers: { 'retry-after': '5' },
    });
  }

  /** Ends the session of this id, where there is one, before another one is opened under it. */
  vacate(sessionId: string): void {
    this.#sessions.get(sessionId)?.session.end();
  }

  /** Takes up a new session; see {@link makeRoom}. */
  add(session: Session): void {
    this.#uses += 1;
    this.#sessions.set(session.sessionId, { session, lastUse: this.#uses });
    session.onended = () => this.#sessions.delete(session.sessionId);
  }

  /** The session of this id on this transport. A session of the other transport is unknown. */
  find<T extends Session>(id: string, kind: new (...options: never[]) => T): T | undefined {
    const session = this.#sessions.get(id)?.session;
    return session instanceof kind ? session : undefined;
  }

  /** Counts a session as used now. */
  use(session: Session): void {
    session.lastUsedAt = Date.now();
    const entry = this.#sessions.get(session.sessionId);
    if (entry === undefined) return;
    this.#uses += 1;
    entry.lastUse = this.#uses;
  }

  /** Ends the sessions whose time is over, and lets each of the others look after itself. */
  sweep(now: number = Date.now()): void {
    for (const { session } of [...this.#sessions.values()]) {
      const idle = !session.busy && now - session.lastUsedAt >= this.#limits.idleMs;
      if (idle || now - session.openedAt >= this.#limits.absoluteMs) session.end();
      else session.sweep(now);
    }
  }

  /** Ends all of them with the process. Their clients come back to the next one, not all at the same moment. */
  endAll(): void {
    clearInterval(this.#sweeper);
    for (const { session } of [...this.#sessions.values()]) session.end(retryHint());
  }
}
