import type { AdmittedRequest } from '../admitted-request.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import { outcomeUnknownResponse } from '../outcome-unknown.ts';
import { type RpcId, refusals } from '../refusal.ts';
import type { RouterServices } from '../router-services.ts';
import type { SessionHolder } from '../sessions/session-holder.ts';
import type { HandshakeParams, SessionRecord } from '../sessions/session-record.ts';
import type { ClientStream } from './client-stream.ts';
import { type ClientTraits, likelyHandshake } from './client-traits.ts';
import { writtenInVain } from './event-outlet.ts';
import { candidatesOf, type ParkedCandidate } from './parked-candidate.ts';
import {
  noteUncertainty,
  type ParkedView,
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
type NotRecognised = Exclude<
  Recognition<ParkedView & { readonly record: Pick<SessionRecord, 'handshake'> }>,
  { kind: 'recognised' }
>;

/** Which of the sessions a client means; `undefined` where that is not certain. */
type Recognise = <Session extends ParkedView>(parked: Iterable<Session>) => Recognised<Session> | undefined;

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
    const { holder, parkedOf, services } = this.#options;
    const client: ReturnedClient = { admitted, traits, isSelfDeclared: true, isWaiting: () => !stream.isClosed };
    if (holder?.hasOthers === true) {
      this.#recogniseAmongAll(client, stream, holder).catch((error: unknown) => {
        services.reportError(error, admitted.requestId);
        if (stream.owner === undefined) stream.refuse(refusals.internalError);
      });
      return;
    }
    const recognition = recogniseClient(traits, parkedOf(traits.tokenHash));
    if (recognition.kind !== 'recognised') this.#giveNew(recognition, admitted, stream, traits);
    else {
      const { session, received } = this.#takeHere(recognition, client);
      session.attach(stream, received);
    }
  }

  /**
   * The session to which a client may belong that says nothing at all. `undefined` where none is certain enough.
   * @param openedAt When its stream was opened, by `performance.now()`.
   */
  recogniseSilent(client: ReturnedClient, openedAt: number): MaybePromise<TakenSession | undefined> {
    return this.#take(client, (parked) => recogniseSilentClient(client.traits, parked, openedAt));
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
    return this.#take(client, (parked) => recogniseUnintroduced(client.traits, parked, openedAt, requestIds));
  }

  async #recogniseAmongAll(client: ReturnedClient, stream: ClientStream, holder: SessionHolder): Promise<void> {
    const { admitted, traits } = client;
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const { candidates, isComplete } = await this.#ask(traits, holder);
      if (!client.isWaiting()) return;
      const recognition = recogniseClient(traits, candidates, isComplete);
      if (recognition.kind !== 'recognised') {
        this.#giveNew(recognition, admitted, stream, traits);
        return;
      }
      const taken = this.#claims.take(recognition, client);
      // What is parked here must be taken in this turn: another client would find it, too.
      const own = taken instanceof Promise ? await taken : taken;
      if (!client.isWaiting()) return;
      if (own !== undefined) {
        own.session.attach(stream, own.received);
        return;
      }
    }
    this.#giveNew({ kind: 'unknown' }, admitted, stream, traits);
  }

  #take(client: ReturnedClient, recognise: Recognise): MaybePromise<TakenSession | undefined> {
    const { holder, parkedOf } = this.#options;
    if (holder?.hasOthers === true) return this.#takeAmongAll(client, recognise, holder);
    const recognised = recognise(parkedOf(client.traits.tokenHash));
    return recognised === undefined ? undefined : this.#takeHere(recognised, client);
  }

  async #takeAmongAll(client: ReturnedClient, recognise: Recognise, holder: SessionHolder): Promise<TakenSession | undefined> {
    const { candidates, isComplete } = await this.#ask(client.traits, holder);
    const recognised = client.isWaiting() && isComplete ? recognise(candidates) : undefined;
    return recognised === undefined ? undefined : this.#claims.take(recognised, client);
  }

  /** The sessions that could be the client's, at whichever router. */
  async #ask(traits: ClientTraits, holder: SessionHolder): Promise<{ candidates: ParkedCandidate[]; isComplete: boolean }> {
    const { parkedOf, sessions } = this.#options;
    const { tokenHash, userAgent, protocolVersion } = traits;
    const others = await holder.askFor({ tokenHash, userAgent, protocolVersion });
    const isAttached = (sessionId: string) => sessions.get(sessionId)?.isAttached === true;
    const candidates = candidatesOf({ traits, parked: parkedOf(tokenHash), isAttached, others });
    return { candidates, isComplete: others.isComplete };
  }

  #takeHere(recognised: Recognised<SseSession>, { traits, isSelfDeclared }: ReturnedClient): TakenSession {
    const { session, others } = recognised;
    session.traits.address = traits.address;
    // What was written last may have been lost with the connection. It must not reach a client that could be another one: all
    // programs of a kind number their requests alike.
    const isCertain = isSelfDeclared && others.length === 0 && !session.isDoubtful;
    noteUncertainty(recognised, this.#givesUpAt());
    return { session, received: isCertain ? writtenInVain(session.cutAt, session.awaitedRequests()) : undefined };
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
