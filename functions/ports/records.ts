import type { UsageBatch } from '../../core/usage-record.ts';
import type { Page, PageRequest } from './time-and-pages.ts';

export interface AuditEntry {
  id: string;
  workspaceId: string | null;
  time: string;
  /** `user:<id>`, `api-key:<id>` or `system`. */
  actor: string;
  /** Such as `instance.create`. */
  action: string;
  /** Identifier of what was changed. */
  target: string | null;
  /** Network address the request came from. */
  address: string | null;
  outcome: 'success' | 'refused';
  /** Names and settings only, never a secret. */
  details: Record<string, string | number | boolean | null>;
}

/** Append-only: there is deliberately no way to change or delete an entry. */
export interface AuditStore {
  append(entry: AuditEntry): Promise<void>;
  list(
    workspaceId: string,
    filter: { action?: string | undefined; target?: string | undefined },
    page: PageRequest,
  ): Promise<Page<AuditEntry>>;
}

export interface UsageRow {
  instanceId: string;
  /** Name of the tool; streams and messages that call none have names of their own, see `usageOutsideTools` in `core`. */
  tool: string;
  /** Start of the minute, hour or day that the counts cover, depending on the question. */
  time: string;
  calls: number;
  errors: number;
  bytesIn: number;
  bytesOut: number;
  streamSeconds: number;
}

export interface UsageStore {
  /** Adds the counts of a batch; a batch id that was applied before changes nothing. */
  apply(batch: UsageBatch): Promise<void>;
  /**
   * Counts from a time (included) to another (excluded), grouped by instance, tool and step in UTC. Oldest first; with `limit`, so
   * many rows at most.
   */
  read(
    workspaceId: string,
    query: {
      from: string;
      to: string;
      step: 'minute' | 'hour' | 'day';
      instanceId?: string | undefined;
      limit?: number | undefined;
    },
  ): Promise<UsageRow[]>;
}

export interface StoredResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Remembers answers to requests with an Idempotency-Key. Bodies can hold secrets that are shown once, so they are kept sealed. */
export interface IdempotencyStore {
  /**
   * Claims the key for this request. `claimed`: go on; `replay`: answer this; `in-progress`: the first is still running;
   * `mismatch`: the key was used with another request; `unreadable`: the first succeeded, and its answer does not open any more, as when
   * the secret that it was sealed with is no longer known: the request must not be carried out again. A claim that was neither completed nor released for a minute died with its
   * process and is given to the next one who asks with the same request.
   */
  claim(request: {
    scope: string;
    key: string;
    fingerprint: string;
    now: string;
    expiresAt: string;
  }): Promise<
    | { outcome: 'claimed' }
    | { outcome: 'replay'; response: StoredResponse }
    | { outcome: 'in-progress' }
    | { outcome: 'mismatch' }
    | { outcome: 'unreadable' }
  >;
  complete(scope: string, key: string, response: StoredResponse): Promise<void>;
  /** Gives the key free again after a failure on our side, so that a retry can succeed. */
  release(scope: string, key: string): Promise<void>;
}
