import type { IncomingHttpHeaders } from 'node:http';
import type { RouterServices } from '../router-services.ts';
import type { SessionRecord } from '../sessions/session-record.ts';
import type { VerifiedToken } from '../token-verifier.ts';
import type { ClientTraits } from './client-traits.ts';
import type { EventLogRoom } from './event-log.ts';
import type { KeptBodies } from './kept-bodies.ts';
import type { OpeningGate } from './opening-gate.ts';

/** What all sessions of a router share. */
export interface SessionSurroundings<Session> {
  readonly services: RouterServices;
  readonly gate: OpeningGate;
  readonly bodies: KeptBodies;
  readonly logRoom: EventLogRoom;
  /** Whether other routers serve the same sessions. */
  readonly isShared: boolean;
  /** The session's client has no stream (any more) and may come back. */
  onParked(session: Session): void;
  onAttached(session: Session): void;
  /** Something was remembered that is to be forgotten after a while. */
  onLogged(session: Session): void;
  onEnded(session: Session): void;
}

/** How a session begins at this router. */
export interface SessionOrigin {
  record: SessionRecord;
  token: VerifiedToken;
  traits: ClientTraits;
  /** Of the request by which it begins. */
  headers: IncomingHttpHeaders;
}
