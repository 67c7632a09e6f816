import type { AdmittedRequest } from '../admitted-request.ts';
import { type MaybePromise, whenReady } from '../maybe-promise.ts';
import type { RouterServices } from '../router-services.ts';
import type { ClaimedSession } from '../sessions/parked-report.ts';
import type { StreamRouter } from '../sessions/session-holder.ts';
import type { SessionRecord } from '../sessions/session-record.ts';
import type { ClientTraits } from './client-traits.ts';
import { type LastReceived, writtenInVain } from './event-outlet.ts';
import type { ParkedCandidate } from './parked-candidate.ts';
import { noteUncertainty, type Recognised } from './returning-client.ts';
import type { SseSession } from './sse-session.ts';
import { reportRequests, UnsettledWaits } from './unsettled-waits.ts';

/** A session that is its client's, and what that one has got; everything that was written where that is missing. */
export interface TakenSession {
  session: SseSession;
  received: LastReceived | undefined;
}

/** A client that was recognised. */
export interface ReturnedClient {
  admitted: AdmittedRequest;
  traits: ClientTraits;
  /** Whether it says that it has been there before. Only then it is sent again what may not have arrived. */
  isSelfDeclared: boolean;
  /** Whether it still waits for its session. */
  isWaiting(): boolean;
}

export interface SessionClaimsOptions {
  services: RouterServices;
  sessions: ReadonlyMap<string, SseSession>;
  create(admitted: AdmittedRequest, traits: ClientTraits, record: SessionRecord): SseSession;
}

/** Takes sessions, for clients that were recognised, from where they are parked. */
export class SessionClaims {
  readonly #options: SessionClaimsOptions;

  constructor(options: SessionClaimsOptions) {
    this.#options = options;
  }

  /**
   * At once where the session is here. Otherwise its router is asked: `undefined` where somebody else has got it meanwhile, or its client
   * does not wait any more.
   */
  take(recognised: Recognised<ParkedCandidate>, client: ReturnedClient): MaybePromise<TakenSession | undefined> {
    const { session: candidate, others } = recognised;
    const isCertain = client.isSelfDeclared && others.length === 0 && !candidate.isDoubtful;
    const awaited = candidate.awaitedRequests();
    const until = performance.now() + this.#options.services.timing.returnWaitMs;
    noteUncertainty(recognised, until);
    const waits = new UnsettledWaits();
    waits.addAll(candidate.unsettled);
    waits.add(candidate.id, awaited, until);
    const doubts = new Doubts(others, client.traits.tokenHash, waits);
    const { place } = candidate;
    if ('session' in place) {
      // Since it was found another client may have got it.
      if (!place.session.handOver.reserve()) return undefined;
      doubts.note();
      noteCandidate(place.session, candidate);
      place.session.traits.address = client.traits.address;
      return { session: place.session, received: isCertain ? writtenInVain(candidate.cutAt, awaited) : undefined };
    }
    const claim = { sessionId: candidate.id, doubt: doubts.of(place.router), isCertain, awaited: reportRequests(awaited) };
    doubts.tell(place.router);
    return place.router.claim(claim).then((claimed) => {
      const session = claimed === undefined ? undefined : this.#goOn(claimed, candidate, client);
      if (claimed === undefined || session === undefined) return undefined;
      doubts.noteHere();
      return { session, received: { number: claimed.count } };
    });
  }

  /** The session that another router has given. */
  #goOn(claimed: ClaimedSession, candidate: ParkedCandidate, client: ReturnedClient): SseSession | undefined {
    const { sessions, create, services } = this.#options;
    const { record } = claimed;
    const { instanceId, workspaceId } = client.admitted.token;
    if (record.id !== candidate.id || record.instanceId !== instanceId || record.workspaceId !== workspaceId) return undefined;
    const known = sessions.get(record.id);
    if (!client.isWaiting() || known?.isAttached === true) return undefined;
    if (known !== undefined) Object.assign(known.record, record);
    const session = known ?? create(client.admitted, client.traits, record);
    session.traits.address = client.traits.address;
    session.markAsReturned();
    session.handOver.goOn(claimed);
    noteCandidate(session, candidate);
    session.isDoubtful ||= claimed.isDoubtful;
    session.unsettled.addReported(claimed.unsettled);
    whenReady(
      () => services.sessions.put(session.record),
      ignore,
      (error) => services.reportError(error, ''),
    );
    return session;
  }
}

/** What has to be noted of other sessions whose client may be the one that was recognised, each where it is parked. */
class Doubts {
  readonly #here: SseSession[] = [];
  readonly #elsewhere = new Map<StreamRouter, string[]>();
  readonly #tokenHash: string;
  readonly #waits: UnsettledWaits;

  constructor(others: readonly ParkedCandidate[], tokenHash: string, waits: UnsettledWaits) {
    this.#tokenHash = tokenHash;
    this.#waits = waits;
    for (const { id, places } of others) {
      for (const place of places) {
        if ('session' in place) this.#here.push(place.session);
        else this.#elsewhere.set(place.router, [...(this.#elsewhere.get(place.router) ?? []), id]);
      }
    }
  }

  of(router: StreamRouter) {
    return { tokenHash: this.#tokenHash, sessionIds: this.#elsewhere.get(router) ?? [], waits: this.#waits.report() };
  }

  note(): void {
    this.noteHere();
    this.tell();
  }

  noteHere(): void {
    for (const session of this.#here) {
      session.isDoubtful = true;
      session.unsettled.addAll(this.#waits);
    }
  }

  /** @param exceptFor Hears of it otherwise. */
  tell(exceptFor?: StreamRouter): void {
    for (const router of this.#elsewhere.keys()) if (router !== exceptFor) void router.noteDoubt(this.of(router));
  }
}

function noteCandidate(session: SseSession, { isDoubtful, unsettled }: ParkedCandidate): void {
  session.isDoubtful ||= isDoubtful;
  session.unsettled.addAll(unsettled);
}

function ignore(): void {}
