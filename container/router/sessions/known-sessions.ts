import { andThen, type MaybePromise } from '../maybe-promise.ts';
import { type Refusal, refusals } from '../refusal.ts';
import type { SessionDirectory } from './session-directory.ts';
import type { SessionIds } from './session-id.ts';
import type { SessionRecord, SessionTransport } from './session-record.ts';

/** Who a session belongs to: the subject of a token, not its bytes, so that a replaced token goes on with it. */
export interface SessionSubject {
  readonly instanceId: string;
  readonly workspaceId: string;
}

/** Finds the sessions that clients name: in the directory, or else in the id itself, which any router with the same key can read. */
export class KnownSessions {
  readonly #ids: SessionIds;
  readonly #directory: SessionDirectory;
  readonly #maxAgeMs: number;
  readonly #isConnected: (sessionId: string) => boolean;

  /**
   * @param maxAgeMs How old a session may get, whether it is known from the directory or from its id alone.
   * @param isConnected Whether a client holds the stream that is its session (HTTP+SSE): that goes on for as long as the stream.
   */
  constructor(
    ids: SessionIds,
    directory: SessionDirectory,
    maxAgeMs: number,
    isConnected: (sessionId: string) => boolean = () => false,
  ) {
    this.#ids = ids;
    this.#directory = directory;
    this.#maxAgeMs = maxAgeMs;
    this.#isConnected = isConnected;
  }

  /**
   * The session, where it is one of the subject and the transport that is still open. All others are not found, whatever the reason:
   * nobody learns that a session of somebody else exists. Rejects, or throws, where the directory fails.
   */
  find(sessionId: string, subject: SessionSubject, transport: SessionTransport): MaybePromise<SessionRecord | Refusal> {
    return andThen(this.#directory.get(sessionId), (found) => this.#judge(sessionId, found, subject, transport));
  }

  #judge(
    sessionId: string,
    found: SessionRecord | 'ended' | undefined,
    subject: SessionSubject,
    transport: SessionTransport,
  ): SessionRecord | Refusal {
    if (found === 'ended') return refusals.sessionNotFound;
    const record = found ?? this.#ids.read(sessionId, this.#maxAgeMs);
    const isTheirs =
      record !== undefined &&
      (!this.#isTooOld(record) || this.#isConnected(sessionId)) &&
      record.instanceId === subject.instanceId &&
      record.workspaceId === subject.workspaceId &&
      record.transport === transport;
    return isTheirs ? record : refusals.sessionNotFound;
  }

  /** Not a record that another release left in a shared directory without its time: that one forgets it by itself. */
  #isTooOld({ createdAt }: SessionRecord): boolean {
    return Date.now() - createdAt > this.#maxAgeMs;
  }
}
