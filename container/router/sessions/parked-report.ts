import type { RpcId } from '../refusal.ts';
import type { HandshakeParams, SessionRecord } from './session-record.ts';

/** What routers tell each other of sessions whose clients are away. All of it goes over the wire as JSON. */

/** A request for whose answer a client waits. */
export interface AwaitedReport {
  id: RpcId;
  mayRepeat: boolean;
  order: number;
}

/** What a client may wait for in that session, and for how many milliseconds it does not give up. */
export interface WaitReport {
  sessionId: string;
  requests: AwaitedReport[];
  forMs: number;
}

/** A session that waits for its client. Clocks of routers differ, so times are ages in milliseconds. */
export interface ParkedReport {
  id: string;
  /** Network address of its client. */
  address: string;
  /** That it has negotiated. */
  protocolVersion?: string | undefined;
  isAwaited: boolean;
  isDoubtful: boolean;
  /** Its client has been found elsewhere. Whether it still is there, the others say. */
  isTaken: boolean;
  cutAgeMs: number;
  /** Since its client said something last. */
  saidAgeMs: number;
  awaited: AwaitedReport[];
  unsettled: WaitReport[];
  /** Absent where it is long, or there is none. */
  handshake?: HandshakeParams | undefined;
}

/** By what a client is known that comes back and does not name its session. */
export interface ClientQuestion {
  tokenHash: string;
  userAgent: string;
  /** Absent where the client names none: then sessions of any version are meant. */
  protocolVersion?: string | undefined;
}

export interface ClientReport {
  /** Sessions that could be its own. */
  parked: ParkedReport[];
  /** Ids of sessions of its token whose clients hold their streams. */
  attached: string[];
}

/**
 * A client was given a session and may be that of one of these others.
 * @property waits What their clients may wait for in sessions that were given away.
 */
export interface DoubtReport {
  tokenHash: string;
  sessionIds: string[];
  waits: WaitReport[];
}

/** A router wants a session for a client that it has recognised. */
export interface SessionClaim {
  sessionId: string;
  /** Noted together with the claim. */
  doubt: DoubtReport;
  /** Whether nobody but that client can be meant: only then it is sent again what may not have arrived. */
  isCertain: boolean;
  /** All that it waits for, at whichever router: an answer to a former request with the same id it must not be sent again. */
  awaited: AwaitedReport[];
}

/** The session, as it goes on at the router that has claimed it. */
export interface ClaimedSession {
  record: SessionRecord;
  /** The number of its last event. */
  count: number;
  /** Messages of its client so far. */
  messages: number;
  isDoubtful: boolean;
  unsettled: WaitReport[];
}
