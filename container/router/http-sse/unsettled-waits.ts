import type { RpcId } from '../refusal.ts';
import type { AwaitedReport, WaitReport } from '../sessions/parked-report.ts';

/** Sessions that are remembered at most: more than clients of a kind lose to each other at a time. The oldest is forgotten. */
const maxSessions = 32;
/** Requests of one session that are remembered at most. */
const maxRequests = 1_000;

/** A request whose answer somebody waits for. */
export interface AwaitedRequest {
  readonly mayRepeat: boolean;
  /** Place among the messages of its session; 0 where nobody knows any more. */
  readonly order: number;
}

export type AwaitedRequests = ReadonlyMap<RpcId, AwaitedRequest>;

/** The requests, as other routers are told of them. */
export function reportRequests(requests: AwaitedRequests): AwaitedReport[] {
  return Array.from(requests, ([id, { mayRepeat, order }]) => ({ id, mayRepeat, order }));
}

export function readRequests(reports: readonly AwaitedReport[]): AwaitedRequests {
  return new Map(reports.map(({ id, mayRepeat, order }) => [id, { mayRepeat, order }]));
}

interface Wait {
  readonly requests: AwaitedRequests;
  /** By `performance.now()`. */
  readonly until: number;
}

/**
 * What the client of a session may wait for in other sessions. A client that does not say who it is can be given the session of
 * another one; that one then comes back in its place, and waits for answers that belong to a session which nobody would look for it in.
 */
export class UnsettledWaits {
  readonly #bySession = new Map<string, Wait>();

  /** It may be the client of that session, too, and waits for those answers there, until it gives up by itself. */
  add(sessionId: string, requests: AwaitedRequests, until: number): void {
    if (requests.size > 0) this.#set(sessionId, { requests, until });
    this.#prune();
  }

  /** Its client may be that of the other session, with all that is not certain about it. */
  addAll(other: UnsettledWaits): void {
    if (other === this) return;
    for (const [sessionId, wait] of other.#bySession) this.#set(sessionId, wait);
    this.#prune();
  }

  /** The same, as other routers are told of it. */
  report(): WaitReport[] {
    this.#prune();
    const now = performance.now();
    return Array.from(this.#bySession, ([sessionId, { requests, until }]) => ({
      ...{ sessionId, requests: reportRequests(requests), forMs: until - now },
    }));
  }

  /** Another router says so. */
  addReported(waits: readonly WaitReport[]): void {
    const now = performance.now();
    for (const { sessionId, requests, forMs } of waits) this.add(sessionId, readRequests(requests), now + forMs);
  }

  /** What it may wait for, where one of the answers awaited in that session would be taken for that to another request. */
  mistakable(sessionId: string, awaited: AwaitedRequests): AwaitedRequests[] {
    this.#prune();
    const found: AwaitedRequests[] = [];
    for (const [otherId, { requests }] of this.#bySession) {
      const isMistakable = ([id, { order }]: [RpcId, AwaitedRequest]) =>
        awaited.has(id) && (otherId !== sessionId || awaited.get(id)?.order !== order);
      if ([...requests].some(isMistakable)) found.push(requests);
    }
    return found;
  }

  /** Of requests with one id the first counts: it is the one whose answer may have gone to somebody else. */
  #set(sessionId: string, { requests, until }: Wait): void {
    const all = new Map([...requests, ...(this.#bySession.get(sessionId)?.requests ?? [])]);
    this.#bySession.delete(sessionId);
    this.#bySession.set(sessionId, { requests: all.size > maxRequests ? requests : all, until });
  }

  #prune(): void {
    const now = performance.now();
    let excess = this.#bySession.size - maxSessions;
    for (const [sessionId, { until }] of this.#bySession) {
      if (until <= now || excess > 0) this.#bySession.delete(sessionId);
      excess -= 1;
    }
  }
}
