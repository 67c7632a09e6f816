import type { EventStreamAnswer } from './event-stream-answer.ts';
import type { MaybePromise } from './maybe-promise.ts';
import type { VerifiedToken } from './token-verifier.ts';

/** Who a session belongs to: the subject of a token, not its bytes, so that a replaced token goes on with it. */
export interface SessionOwner {
  instanceId: string;
  workspaceId: string;
}

/** Remembers the owners of sessions. One router keeps them in memory; several share them. */
export interface SessionDirectory {
  ownerOf(sessionId: string): MaybePromise<SessionOwner | undefined>;
  /** The first owner stays: nobody can take over a session by using its id. */
  bind(sessionId: string, owner: SessionOwner): MaybePromise<void>;
  release(sessionId: string): MaybePromise<void>;
}

/** Session owners in memory. At most `maxSessions`; the session opened longest ago is forgotten first and then judged by its instance. */
export class MemorySessionDirectory implements SessionDirectory {
  readonly #owners = new Map<string, SessionOwner>();
  readonly #maxSessions: number;

  constructor(maxSessions: number) {
    this.#maxSessions = maxSessions;
  }

  ownerOf(sessionId: string): SessionOwner | undefined {
    return this.#owners.get(sessionId);
  }

  bind(sessionId: string, owner: SessionOwner): void {
    if (this.#owners.has(sessionId)) return;
    if (this.#owners.size >= this.#maxSessions) {
      const oldest = this.#owners.keys().next();
      if (!oldest.done) this.#owners.delete(oldest.value);
    }
    this.#owners.set(sessionId, { instanceId: owner.instanceId, workspaceId: owner.workspaceId });
  }

  release(sessionId: string): void {
    this.#owners.delete(sessionId);
  }

  get size(): number {
    return this.#owners.size;
  }
}

/** Whether the token's subject may use a session. An unknown session is left to the instance to judge. */
export function mayUse(owner: SessionOwner | undefined, token: VerifiedToken): boolean {
  return owner === undefined || (owner.instanceId === token.instanceId && owner.workspaceId === token.workspaceId);
}

/** The HTTP+SSE streams that clients hold at this router, by session: answers to `messages` requests arrive on them. */
export class SessionStreams {
  readonly #streams = new Map<string, { stream: EventStreamAnswer; owner: SessionOwner }>();

  attach(sessionId: string, stream: EventStreamAnswer, owner: SessionOwner): void {
    if (!this.#streams.has(sessionId)) this.#streams.set(sessionId, { stream, owner });
  }

  detach(sessionId: string, stream: EventStreamAnswer): void {
    if (this.#streams.get(sessionId)?.stream === stream) this.#streams.delete(sessionId);
  }

  find(sessionId: string, token: VerifiedToken): EventStreamAnswer | undefined {
    const found = this.#streams.get(sessionId);
    return found !== undefined && mayUse(found.owner, token) ? found.stream : undefined;
  }
}
