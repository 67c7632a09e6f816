import type { RpcId } from '../refusal.ts';
import type { ParkedReport } from '../sessions/parked-report.ts';
import type { OthersReports, StreamRouter } from '../sessions/session-holder.ts';
import type { SessionRecord } from '../sessions/session-record.ts';
import type { ClientTraits } from './client-traits.ts';
import type { ParkedView } from './returning-client.ts';
import type { SseSession } from './sse-session.ts';
import { type AwaitedRequest, type AwaitedRequests, readRequests, UnsettledWaits } from './unsettled-waits.ts';

/** Where a session is parked: here, or at another router. */
export type ParkedPlace = { readonly session: SseSession } | { readonly router: StreamRouter };

interface ParkedPart extends ParkedView {
  readonly place: ParkedPlace;
  readonly record: Pick<SessionRecord, 'handshake'>;
  readonly isTaken: boolean;
}

/**
 * A session that waits for its client, as all routers know it together: a client that has moved from one to the next is waited for at
 * each. It went on where it was cut last.
 */
export class ParkedCandidate implements ParkedView {
  readonly id: string;
  readonly traits: ClientTraits;
  readonly isAwaited: boolean;
  readonly cutAt: number;
  readonly saidAt: number;
  isDoubtful: boolean;
  readonly unsettled = new UnsettledWaits();
  readonly record: Pick<SessionRecord, 'handshake'>;
  /** Where it went on last. */
  readonly place: ParkedPlace;
  /** Whether its client has been given it back already. */
  readonly isTaken: boolean;
  /** All places where it is parked. */
  readonly places: readonly ParkedPlace[];
  readonly #awaited = new Map<RpcId, AwaitedRequest>();

  constructor(parts: readonly [ParkedPart, ...ParkedPart[]]) {
    const last = parts.reduce((latest, part) => (part.cutAt > latest.cutAt ? part : latest));
    this.id = last.id;
    this.traits = last.traits;
    this.cutAt = last.cutAt;
    this.record = last.record;
    this.place = last.place;
    this.isTaken = last.isTaken;
    this.places = parts.map(({ place }) => place);
    this.saidAt = Math.max(...parts.map(({ saidAt }) => saidAt));
    this.isAwaited = parts.some(({ isAwaited }) => isAwaited);
    this.isDoubtful = parts.some(({ isDoubtful }) => isDoubtful);
    for (const part of parts) {
      this.unsettled.addAll(part.unsettled);
      for (const [id, request] of part.awaitedRequests()) this.#awaited.set(id, request);
    }
  }

  awaitedRequests(): AwaitedRequests {
    return this.#awaited;
  }
}

/** What may be the session of a client that is back, with where the sessions are whose clients are not away. */
export interface KnownOfClient {
  traits: ClientTraits;
  /** Parked here. */
  parked: Iterable<SseSession>;
  /** Whether the session's client holds its stream here. */
  isAttached(sessionId: string): boolean;
  others: OthersReports;
}

/** The sessions that wait for their clients, those left out whose clients are known to be back. */
export function candidatesOf({ traits, parked, isAttached, others }: KnownOfClient): ParkedCandidate[] {
  const now = performance.now();
  const parts = Array.from(parked, partHere);
  for (const { router, report } of others.reports) {
    parts.push(...report.parked.map((each) => partElsewhere(each, traits, router, now)));
  }
  const attached = new Set(others.reports.flatMap(({ report }) => report.attached));
  const byId = new Map<string, [ParkedPart, ...ParkedPart[]]>();
  for (const part of parts) {
    if (attached.has(part.id) || isAttached(part.id)) continue;
    const known = byId.get(part.id);
    if (known === undefined) byId.set(part.id, [part]);
    else known.push(part);
  }
  return Array.from(byId.values(), (of) => new ParkedCandidate(of)).filter(({ isTaken }) => !isTaken);
}

function partHere(session: SseSession): ParkedPart {
  const { id, traits, isAwaited, cutAt, saidAt, isDoubtful, unsettled, record, handOver } = session;
  return {
    ...{ id, traits, isAwaited, cutAt, saidAt, isDoubtful, unsettled, record, isTaken: handOver.isTaken },
    place: { session },
    awaitedRequests: () => session.awaitedRequests(),
  };
}

/** @param client Its program and its token are those of the session, because the other router was asked for such. */
function partElsewhere(report: ParkedReport, client: ClientTraits, router: StreamRouter, now: number): ParkedPart {
  const { id, address, protocolVersion, isAwaited, isDoubtful, isTaken, cutAgeMs, saidAgeMs, handshake } = report;
  const unsettled = new UnsettledWaits();
  unsettled.addReported(report.unsettled);
  const awaited = readRequests(report.awaited);
  return {
    ...{ id, isAwaited, isDoubtful, isTaken, unsettled, cutAt: now - cutAgeMs, saidAt: now - saidAgeMs },
    traits: { ...client, address, protocolVersion },
    record: handshake === undefined ? {} : { handshake },
    place: { router },
    awaitedRequests: () => awaited,
  };
}
