import type { MaybePromise } from '../maybe-promise.ts';
import type { SessionRecord } from './session-record.ts';

/** Remembers sessions. One router keeps them in memory; several share them. */
export interface SessionDirectory {
  /** The record, `ended` where its client ended it, `undefined` where nothing is known. */
  get(sessionId: string): MaybePromise<SessionRecord | 'ended' | undefined>;
  /** Remembers the record, or its changes. The first owner stays: a record of another owner under the same id is ignored. */
  put(record: SessionRecord): MaybePromise<void>;
  /** The client ended the session: it must not come back to life. */
  end(sessionId: string): MaybePromise<void>;
}

/**
 * Sessions in memory, at most `maxSessions`; the one that was used longest ago is forgotten first. Its client is no worse off for
 * that: its id itself says what is needed to open it again.
 */
export class MemorySessionDirectory implements SessionDirectory {
  readonly #records = new Map<string, SessionRecord>();
  readonly #ended = new Set<string>();
  readonly #maxSessions: number;

  constructor(maxSessions: number) {
    this.#maxSessions = maxSessions;
  }

  get(sessionId: string): SessionRecord | 'ended' | undefined {
    const record = this.#records.get(sessionId);
    if (record !== undefined) {
      this.#records.delete(sessionId);
      this.#records.set(sessionId, record);
      return record;
    }
    return this.#ended.has(sessionId) ? 'ended' : undefined;
  }

  put(record: SessionRecord): void {
    const present = this.#records.get(record.id);
    if (present !== undefined && (present.instanceId !== record.instanceId || present.workspaceId !== record.workspaceId)) return;
    if (this.#ended.has(record.id)) return;
    this.#records.delete(record.id);
    this.#records.set(record.id, record);
    dropOldest(this.#records, this.#maxSessions);
  }

  end(sessionId: string): void {
    this.#records.delete(sessionId);
    this.#ended.add(sessionId);
    dropOldest(this.#ended, this.#maxSessions);
  }

  get size(): number {
    return this.#records.size;
  }
}

function dropOldest(known: Map<string, unknown> | Set<string>, most: number): void {
  if (known.size <= most) return;
  const oldest = known.keys().next();
  if (!oldest.done) known.delete(oldest.value);
}
