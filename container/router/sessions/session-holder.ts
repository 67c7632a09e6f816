import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Refusal } from '../refusal.ts';
import type { ClaimedSession, ClientQuestion, ClientReport, DoubtReport, SessionClaim } from './parked-report.ts';
import type { SessionRecord } from './session-record.ts';

/** A `POST` to `messages` that was let in here, and its body, which was read. */
export interface MessageToForward {
  request: Pick<IncomingMessage, 'url' | 'headers'>;
  body: Buffer;
}

/** What the router that holds the stream answers to the `POST` itself; the answer to the message arrives on the stream. */
export interface ForwardedAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** What a router has of a session. */
export type SessionPresence =
  /**
   * The stream of its client.
   * @property after The number of the last event that the client had got when it came there.
   */
  | { kind: 'stream'; after: number }
  /** The session, for the return of its client. */
  | { kind: 'kept' }
  | { kind: 'none' };

/** The HTTP+SSE sessions at this router, as others may ask for them. */
export interface LocalSessions {
  presence(sessionId: string): SessionPresence;
  /**
   * Writes to the session's client what another router kept for it: JSON-RPC responses. Answers `false` where the client is not here.
   */
  takeAnswers(sessionId: string, answers: readonly string[]): boolean;
  /** The session's client has opened a newer stream at another router. */
  onNewerStream(sessionId: string): void;
  /** What is here that could be a returning client's. */
  reportFor(client: ClientQuestion): ClientReport;
  /**
   * Gives the session to the router that has recognised its client. `undefined` where it is not to be had (any more): whoever comes first
   * gets it.
   */
  claim(claim: SessionClaim): ClaimedSession | undefined;
  noteDoubt(doubt: DoubtReport): void;
}

/** Where the stream of a session hangs: another router, and what its client had got when it came there. */
export interface StreamPlace {
  readonly router: StreamRouter;
  readonly after: number;
}

/** Another router, at which the stream of a session hangs. */
export interface StreamRouter {
  /** Hands it a message. `undefined` where it did not look at it. Never rejects. */
  forward(message: MessageToForward): Promise<ForwardedAnswer | undefined>;
  /**
   * Hands it answers for the session's client. Answers whether they were taken. Never rejects.
   * @param deliveryId Names these answers: however often they are handed over, they are taken once.
   */
  giveAnswers(sessionId: string, deliveryId: string, answers: readonly string[]): Promise<boolean>;
  /** See {@link LocalSessions.claim}. `undefined` also where it does not answer. Never rejects. */
  claim(claim: SessionClaim): Promise<ClaimedSession | undefined>;
  /** See {@link LocalSessions.noteDoubt}. Never rejects. */
  noteDoubt(doubt: DoubtReport): Promise<void>;
}

/** What other routers say of a returning client. */
export interface OthersReports {
  readonly reports: readonly { readonly router: StreamRouter; readonly report: ClientReport }[];
  /** Whether all have answered that are known and may live. */
  readonly isComplete: boolean;
}

/**
 * Finds the stream of an HTTP+SSE session where there are several routers: a client's `POST`s reach any of them, its stream hangs at
 * one, and answers must arrive there.
 */
export interface SessionHolder {
  /** The sessions that this router has. Called once, before anything else. */
  attend(sessions: LocalSessions): void;
  /** The session's stream hangs at this router from now on. */
  hold(sessionId: string): void;
  /** Its client is away; the session is kept here for its return. */
  keep(sessionId: string): void;
  /** The session is not at this router any more. */
  release(sessionId: string): void;
  /** Whether the request is a message that another router has handed to this one. It is not handed on. */
  isForwarded(request: IncomingMessage): boolean;
  /**
   * Hands the message to the router that has the session. `undefined` where no other router has: the session then goes on here. A
   * refusal where nobody could tell for a while, so that nothing was done. Never rejects.
   */
  forward(record: SessionRecord, message: MessageToForward): Promise<ForwardedAnswer | Refusal | undefined>;
  /** At which other routers the streams of these sessions hang, by session. Never rejects. */
  findStreams(sessionIds: readonly string[]): Promise<ReadonlyMap<string, StreamPlace>>;
  /** Whether there are other routers at all, as far as is known. */
  readonly hasOthers: boolean;
  /** Asks the other routers for sessions of a client that is back; for a moment only. Never rejects. */
  askFor(client: ClientQuestion): Promise<OthersReports>;
}
