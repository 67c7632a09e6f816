import type { MaybePromise } from '../maybe-promise.ts';
import { EndedSessions } from './ended-sessions.ts';
import type { HandshakeParams, SessionRecord } from './session-record.ts';

/** Names a session, and whose it is. */
export type EndingSession = Pick<SessionRecord, 'id' | 'workspaceId'>;

/** Remembers sessions. One router keeps them in memory; several share them. */
export interface SessionDirectory {
  /** The record, `ended` where its client ended it, `undefined` where nothing is known. */
  get(sessionId: string): MaybePromise<SessionRecord | 'ended' | undefined>;
  /** Remembers the record, or its changes. The first owner stays: a record of another owner under the same id is ignored. */
  put(record: SessionRecord): MaybePromise<void>;
  /** The client ended the session: it must not come back to life. */
  end(session: EndingSession): MaybePromise<void>;
}

/** Bytes that all records may take together. */
const usualMaxBytes = 128 * 1024 * 1024;
/** About what a record costs beside its texts. */
const recordOverheadBytes = 500;

interface Kept {
  record: SessionRecord;
  bytes: number;
}

interface WorkspaceSessions {
  /** In the order of their last use. */
  byId: Map<string, Kept>;
  bytes: number;
}

/**
 * Sessions in memory, so many and so many bytes at most. Where that is too little, the workspace whose sessions take the most forgets
 * the one that was used longest ago: nobody can push the sessions of others out. Its client is hardly worse off for that: its id itself
 * says what is needed to open it again.
 */
export class MemorySessionDirectory implements SessionDirectory {
  readonly #workspaceOf = new Map<string, WorkspaceSessions>();
  readonly #workspaces = new Map<string, WorkspaceSessions>();
  readonly #ended: EndedSessions;
  readonly #maxSessions: number;
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxSessions: number, maxBytes: number = usualMaxBytes) {
    this.#maxSessions = maxSessions;
    this.#maxBytes = maxBytes;
    this.#ended = new EndedSessions(maxSessions);
  }

  get(sessionId: string): SessionRecord | 'ended' | undefined {
    const kept = this.#workspaceOf.get(sessionId)?.byId;
    const found = kept?.get(sessionId);
    if (found === undefined) return this.#ended.has(sessionId) ? 'ended' : undefined;
    kept?.delete(sessionId);
    kept?.set(sessionId, found);
    return found.record;
  }

  put(record: SessionRecord): void {
    const present = this.#workspaceOf.get(record.id)?.byId.get(record.id)?.record;
    if (present !== undefined && (present.instanceId !== record.instanceId || present.workspaceId !== record.workspaceId)) return;
    if (this.#ended.has(record.id)) return;
    this.#forget(record.id);
    const workspace = this.#workspaces.get(record.workspaceId) ?? { byId: new Map<string, Kept>(), bytes: 0 };
    const bytes = bytesOf(record);
    this.#workspaces.set(record.workspaceId, workspace);
    this.#workspaceOf.set(record.id, workspace);
    workspace.byId.set(record.id, { record, bytes });
    workspace.bytes += bytes;
    this.#bytes += bytes;
    while (this.size > this.#maxSessions || this.#bytes > this.#maxBytes) this.#forgetOne();
  }

  end({ id, workspaceId }: EndingSession): void {
    this.#forget(id);
    this.#ended.add(id, workspaceId);
  }

  get size(): number {
    return this.#workspaceOf.size;
  }

  /** About what the records take. */
  get bytes(): number {
    return this.#bytes;
  }

  #forgetOne(): void {
    let largest: WorkspaceSessions | undefined;
    for (const workspace of this.#workspaces.values()) {
      if (largest === undefined || workspace.bytes > largest.bytes) largest = workspace;
    }
    const [oldest = ''] = largest?.byId.keys() ?? [];
    this.#forget(oldest);
  }

  #forget(sessionId: string): void {
    const workspace = this.#workspaceOf.get(sessionId);
    const kept = workspace?.byId.get(sessionId);
    if (workspace === undefined || kept === undefined) return;
    this.#workspaceOf.delete(sessionId);
    workspace.byId.delete(sessionId);
    workspace.bytes -= kept.bytes;
    this.#bytes -= kept.bytes;
    if (workspace.byId.size === 0) this.#workspaces.delete(kept.record.workspaceId);
  }
}

const handshakeBytes = new WeakMap<HandshakeParams, number>();

/** In memory, texts take a byte a character or two; nobody needs to know it more exactly. */
function bytesOf({ id, handshake, subscriptions = [] }: SessionRecord): number {
  return recordOverheadBytes + id.length + (handshake === undefined ? 0 : sizeOf(handshake)) + subscriptions.join('').length;
}

/** A handshake never changes, so it is measured once. */
function sizeOf(handshake: HandshakeParams): number {
  let size = handshakeBytes.get(handshake);
  if (size === undefined) {
    size = JSON.stringify(handshake).length;
    handshakeBytes.set(handshake, size);
  }
  return size;
}
