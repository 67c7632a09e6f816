import type { AdmittedRequest } from '../admitted-request.ts';
import { andThen, type MaybePromise, whenReady } from '../maybe-promise.ts';
import { outcomeUnknownResponse } from '../outcome-unknown.ts';
import { type RpcId, refusals } from '../refusal.ts';
import type { RouterServices } from '../router-services.ts';
import type { OthersReports, SessionHolder } from '../sessions/session-holder.ts';
import type { HandshakeParams, SessionRecord } from '../sessions/session-record.ts';
import type { ClientStream } from './client-stream.ts';
import { type ClientTraits, likelyHandshake } from './client-traits.ts';
import { candidatesOf, type ParkedCandidate } from './parked-candidate.ts';
import {
  type Recognised,
  type Recognition,
  recogniseClient,
  recogniseSilentClient,
  recogniseUnintroduced,
} from './returning-client.ts';
import { type ReturnedClient, SessionClaims, type TakenSession } from './session-claims.ts';
import type { SseSession } from './sse-session.ts';

/** A client whose session another one got in the moment of its return is looked at once more, so many times in all. */
const maxAttempts = 3;

export interface ClientReturnsOptions {
  services: RouterServices;
  /** Where several routers share sessions. */
  holder: SessionHolder | undefined;
  sessions: ReadonlyMap<string, SseSession>;
  /** Sessions of a token whose clients have no stream, and are not known to be elsewhere. */
  parkedOf(tokenHash: string): Iterable<SseSession>;
  issue(admitted: AdmittedRequest, handshake: HandshakeParams): SessionRecord;
  create(admitted: AdmittedRequest, traits: ClientTraits, record: SessionRecord): SseSession;
}

/** What is known of the session that a client means, where its own is not. */
type NotRecognised = Exclude<Recognition<ParkedCandidate>, { kind: 'recognised' }>;

/** Which of the sessions a client means; `undefined` where that is not certain. */
type Recognise = (parked: readonly ParkedCandidate[]) => Recognised<ParkedCandidate> | undefined;

const unknown: NotRecognised = { kind: 'unknown' };
const noOthers: OthersReports = { reports: [], isComplete: true };

/**
 * Clients that come back and do not say in which session. Where other routers share the sessions, they are always asked: only what all
 * say together tells whether a session is the only one that is waited for. The one that is parked here alone could be another client's.
 */
export class ClientReturns {
  readonly #options: ClientReturnsOptions;
  readonly #claims: SessionClaims;

  constructor(options: ClientReturnsOptions) {
    this.#options = options;
    this.#claims = new SessionClaims(options);
  }

  /** Gives the stream of a client that has initialized before the session that it means, or a new one. */
  recognise(admitted: AdmittedRequest, stream: ClientStream, traits: ClientTraits): void {
    const { services } = this.#options;
    const client: ReturnedClient = { admitted, traits, isSelfDeclared: true, isWaiting: () => !stream.isClosed };
    whenReady(
      () => this.#takeOrTellWhy(client, maxAttempts),
      (found) => {
        if (!client.isWaiting()) return;
        if ('session' in found) found.session.attach(stream, found.received);
        else this.#giveNew(found, admitted, stream, traits);
      },
      (error) => {
        services.reportError(error, admitted.requestId);
        if (stream.owner === undefined) stream.refuse(refusals.internalError);
      },
    );
  }

  /**
   * The session to which a client may belong that says nothing at all. `undefined` where none is certain enough.
   * @param openedAt When its stream was opened, by `performance.now()`.
   */
  recogniseSilent(client: ReturnedClient, openedAt: number): MaybePromise<TakenSession | undefined> {
    return this.#takeIfCertain(client, (parked) => recogniseSilentClient(client.traits, parked, openedAt));
  }

  /**
   * The session of such a client that begins with something else than a handshake. `undefined` where none is certain enough.
   * @param requestIds What it asks for.
   */
  recogniseUnintroduced(
    client: ReturnedClient,
    openedAt: number,
    requestIds: readonly RpcId[],
  ): MaybePromise<TakenSession | undefined> {
    return this.#takeIfCertain(client, (parked) => recogniseUnintroduced(client.traits, parked, openedAt, requestIds));
  }

  #takeOrTellWhy(client: ReturnedClient, attempts: number): MaybePromise<TakenSession | NotRecognised> {
    return andThen(this.#askOthers(client.traits), (others) => {
      const recognition = recogniseClient(client.traits, this.#candidates(client.traits, others), others.isComplete);
      if (recognition.kind !== 'recognised') return recognition;
      if (!client.isWaiting()) return unknown;
      return andThen(this.#claims.take(recognition, client), (taken) => {
        if (taken !== undefined) return taken;
        return attempts > 1 && client.isWaiting() ? this.#takeOrTellWhy(client, attempts - 1) : unknown;
      });
    });
  }

  #takeIfCertain(client: ReturnedClient, recognise: Recognise): MaybePromise<TakenSession | undefined> {
    return andThen(this.#askOthers(client.traits), (others) => {
      if (!client.isWaiting() || !others.isComplete) return undefined;
      const recognised = recognise(this.#candidates(client.traits, others));
      return recognised === undefined ? undefined : this.#claims.take(recognised, client);
    });
  }

  /** What the other routers know of the client. At once where there is none. */
  #askOthers({ tokenHash, userAgent, protocolVersion }: ClientTraits): MaybePromise<OthersReports> {
    const { holder } = this.#options;
    return holder?.hasOthers === true ? holder.askFor({ tokenHash, userAgent, protocolVersion }) : noOthers;
  }

  /** The sessions that could be the client's. What is parked here must be taken in the same turn: another client would find it, too. */
  #candidates(traits: ClientTraits, others: OthersReports): ParkedCandidate[] {
    const { parkedOf, sessions } = this.#options;
    const isAttached = (sessionId: string) => sessions.get(sessionId)?.isAttached === true;
    return candidatesOf({ traits, parked: parkedOf(traits.tokenHash), isAttached, others });
  }

  #giveNew(recognition: NotRecognised, admitted: AdmittedRequest, stream: ClientStream, traits: ClientTraits): void {
    const { issue, create } = this.#options;
    const like = recognition.kind === 'ambiguous' ? recognition.like.record.handshake : undefined;
    const handshake = like ?? likelyHandshake(traits.protocolVersion ?? '', traits.userAgent);
    const session = create(admitted, traits, issue(admitted, handshake));
    session.markAsReturned();
    session.attach(stream);
    if (recognition.kind === 'unknown') return;
    const { lost, candidates } = recognition;
    for (const [id, mayRepeat] of lost) session.onOwnAnswer(id, lostAnswer(id, mayRepeat));
    // Otherwise it has been told what became of all that it may wait for.
    if (lost.size > 0) return;
    for (const other of candidates) {
      session.unsettled.addAll(other.unsettled);
      session.unsettled.add(other.id, other.awaitedRequests(), this.#givesUpAt());
    }
  }

  /** When nobody waits any more who was cut off now, by `performance.now()`. */
  #givesUpAt(): number {
    return performance.now() + this.#options.services.timing.returnWaitMs;
  }
}

function lostAnswer(id: RpcId, mayRepeat: boolean): string {
  return mayRepeat ? refusals.answerLost.body(id) : outcomeUnknownResponse({ id, isCall: true });
}
